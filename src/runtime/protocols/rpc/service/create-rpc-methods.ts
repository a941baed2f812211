import { packageOf } from "../../../../contract/model/proto-names.ts";
import { describeProto, type ProtoLock, type ProtoSchema } from "../../../../contract/proto/index.ts";
import { createProtoCodecs, type RpcError } from "../../../../wire/grpc/index.ts";
import { createCredentialReader } from "../../../../wire/rest/index.ts";
import type { Engine } from "../../../engine/index.ts";
import type { RpcMethod } from "../method.ts";
import { createErrorWriter, type ErrorPlace } from "./errors.ts";
import { createOperationMethod, type MethodParts } from "./operation-method.ts";

/** What an api's RPCs are made of. */
export interface RpcMethodsOptions {
  readonly engine: Engine;
  /** Numbers that fields have for ever. Default: they follow the order of declaration. */
  readonly lock?: ProtoLock | undefined;
}

/** The RPCs of an api. */
export interface RpcMethods {
  /** The method at a path; made when it is first asked for, as is all that protobuf needs. */
  find(path: string): RpcMethod | undefined;
  /** Writes an error that no method has written. */
  toRpcError(thrown: unknown, place: ErrorPlace): RpcError;
  readonly schema: () => ProtoSchema;
}

/** Makes the RPCs of the engine's operations. Nothing is worked out before a path of theirs is asked for. */
export function createRpcMethods({ engine, lock }: RpcMethodsOptions): RpcMethods {
  const { model } = engine;
  const prefix = `/${packageOf(model)}.`;
  const made = new Map<string, RpcMethod>();
  let known: MethodParts | undefined;
  const parts = (): MethodParts => {
    if (known === undefined) {
      const schema = describeProto(model, lock);
      const codecs = createProtoCodecs(schema);
      known = {
        engine,
        schema,
        codecs,
        readCredentials: createCredentialReader(model.authentication),
        writeError: createErrorWriter({ domain: model.name, schema, codecs }),
      };
    }
    return known;
  };
  return {
    find(path) {
      const method = made.get(path);
      if (method !== undefined || !path.startsWith(prefix)) return method;
      const { methods } = parts().schema;
      const found = Object.hasOwn(methods, path) ? methods[path] : undefined;
      const operation = found && model.operations[found.operation];
      if (found === undefined || operation === undefined) return undefined;
      const created = createOperationMethod(found, operation, parts());
      made.set(path, created);
      return created;
    },
    toRpcError: (thrown, place) => parts().writeError(thrown, place),
    schema: () => parts().schema,
  };
}
