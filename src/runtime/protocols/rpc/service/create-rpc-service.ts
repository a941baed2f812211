import type { ProtoLock } from "../../../../contract/proto/index.ts";
import type { Engine } from "../../../engine/index.ts";
import type { Exchange } from "../../exchange.ts";
import { createRpcHandler, type RpcHandler } from "../handler.ts";
import type { RpcMethod } from "../method.ts";
import { createRpcMethods } from "./create-rpc-methods.ts";
import { createHealth, type Health } from "./health.ts";
import { createReflection } from "./reflection.ts";

/** What serves an api over the gRPC family. */
export interface RpcServiceOptions {
  readonly engine: Engine;
  /** Rejects while something that calls need is missing; told by the service of health. */
  readonly ready: () => Promise<void>;
  /** Whether callers may ask what services, methods and messages there are. */
  readonly reflects: boolean;
  readonly lock?: ProtoLock | undefined;
  readonly onError: (exchange: Exchange, thrown: unknown) => void;
}

/**
 * Makes the handler of an api's RPCs, with the services of health and, where it may be asked, of reflection. Nothing is made
 * before the first path of them is asked for.
 */
export function createRpcService(options: RpcServiceOptions): RpcHandler {
  const { engine, ready, reflects, lock, onError } = options;
  const methods = createRpcMethods({ engine, lock });
  let isDraining = false;
  let health: Health | undefined;
  let reflection: ReadonlyMap<string, RpcMethod> | undefined;
  const services = () => methods.schema().files.flatMap((file) => file.services.map(({ name }) => name));

  const findForeign = (path: string): RpcMethod | undefined => {
    if (path.startsWith("/grpc.health.")) {
      if (health === undefined) {
        health = createHealth({ ready, services });
        if (isDraining) health.drain();
      }
      return health.methods.get(path);
    }
    if (!reflects || !path.startsWith("/grpc.reflection.")) return undefined;
    reflection ??= createReflection(methods.schema);
    return reflection.get(path);
  };
  const handler = createRpcHandler({
    find: (path) => methods.find(path) ?? (path.startsWith("/grpc.") ? findForeign(path) : undefined),
    toRpcError: (thrown, requestId) => methods.toRpcError(thrown, { requestId }),
    onError,
  });
  return {
    ...handler,
    announceDrain() {
      isDraining = true;
      health?.drain();
    },
  };
}
