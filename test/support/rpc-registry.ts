import { isDeepStrictEqual } from "node:util";
import {
  createFileRegistry,
  type DescMessage,
  type DescMethod,
  fromBinary,
  fromJson,
  type Message,
  toJson,
} from "@bufbuild/protobuf";
import { BinaryReader } from "@bufbuild/protobuf/wire";
import { FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";
import type { Model } from "../../src/contract/model/index.ts";
import { describeProto, type ProtoLock, type ProtoSchema } from "../../src/contract/proto/index.ts";
import { ERROR_DETAILS, toFileDescriptorSet } from "../../src/wire/grpc/index.ts";

/** An api's messages and methods as a client of others has them: made from descriptors by Buf's library. */
export interface RpcRegistry {
  readonly schema: ProtoSchema;
  /** By id of the operation; undefined where the family does not offer it. */
  method(operation: string): DescMethod | undefined;
  message(name: string): DescMessage;
}

/** Makes the registry of a model. */
export function createRpcRegistry(model: Model, lock?: ProtoLock): RpcRegistry {
  const schema = describeProto(model, lock);
  const [own, details] = [schema, ERROR_DETAILS].map((each) =>
    createFileRegistry(fromBinary(FileDescriptorSetSchema, toFileDescriptorSet(each))),
  );
  const methods = new Map<string, DescMethod>();
  for (const file of schema.files) {
    for (const service of file.services) {
      for (const { name, operation } of service.methods) {
        const method = own?.getService(service.name)?.methods.find((each) => each.name === name);
        if (method !== undefined) methods.set(operation, method);
      }
    }
  }
  return {
    schema,
    method: (operation) => methods.get(operation),
    message(name) {
      const found = own?.getMessage(name) ?? details?.getMessage(name);
      if (found === undefined) throw new TypeError(`No message ${name}`);
      return found;
    },
  };
}

/** An error of the family as its protocols carry it: details by name, as ProtoJSON. */
export interface RpcFailure {
  readonly code: number;
  readonly message: string;
  readonly details: ReadonlyMap<string, any>;
}

/** Reads the details of an error, each a type and bytes. */
export function readDetails(
  registry: RpcRegistry,
  details: readonly { readonly type: string; readonly value: Uint8Array }[],
): ReadonlyMap<string, any> {
  return new Map(
    details.map(({ type, value }) => {
      const desc = registry.message(type);
      return [type, toJson(desc, fromBinary(desc, value))];
    }),
  );
}

/** Reads google.rpc.Status, which `grpc-status-details-bin` holds. */
export function readStatusDetails(
  bytes: Uint8Array,
): readonly { readonly type: string; readonly value: Uint8Array }[] {
  const details: { type: string; value: Uint8Array }[] = [];
  const reader = new BinaryReader(bytes);
  while (reader.pos < reader.len) {
    const [field, wireType] = reader.tag();
    if (field !== 3) {
      reader.skip(wireType);
      continue;
    }
    const any = new BinaryReader(reader.bytes());
    const detail: { type: string; value: Uint8Array } = { type: "", value: new Uint8Array() };
    while (any.pos < any.len) {
      const [part, anyWireType] = any.tag();
      if (part === 1) detail.type = any.string().replace("type.googleapis.com/", "");
      else if (part === 2) detail.value = any.bytes();
      else any.skip(anyWireType);
    }
    details.push(detail);
  }
  return details;
}

/** A message from ProtoJSON; undefined where a typed client cannot say it, or would say something else. */
export function toMessage(desc: DescMessage, json: Readonly<Record<string, unknown>>): Message | undefined {
  let message: Message;
  try {
    message = fromJson(desc, json as never);
  } catch {
    return undefined;
  }
  return isDeepStrictEqual(toJson(desc, message), json) ? message : undefined;
}
