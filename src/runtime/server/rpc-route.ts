import { toApiError } from "../../base/errors/index.ts";
import type { Lock } from "../../contract/evolve/index.ts";
import { packageOf } from "../../contract/model/proto-names.ts";
import { isRpcContentType } from "../../wire/grpc/content-type.ts";
import type { Engine } from "../engine/index.ts";
import { type Exchange, type ExchangeHandler, type RpcHandler, sendProblem } from "../protocols/index.ts";

/** What the gRPC family is served from. */
export interface RpcRouteOptions {
  readonly engine: Engine;
  /** Rejects while something that calls need is missing. */
  readonly ready: () => Promise<void>;
  readonly reflects: boolean;
  readonly lock: Lock | undefined;
  /** Serves what looked like an RPC and was none. */
  readonly next: ExchangeHandler;
  readonly onError: (exchange: Exchange, thrown: unknown) => void;
}

/** Makes the handler of the gRPC family; its code is loaded by the first request that may be for it. */
export function createRpcRoute({ engine, lock, next, ...options }: RpcRouteOptions): RpcHandler {
  const { model } = engine;
  const name = packageOf(model);
  const prefixes = [`/${name}.`, "/grpc."];
  return lazyRpc({
    isMeant: ({ path, request: { headers } }) =>
      prefixes.some((prefix) => path.startsWith(prefix)) || isRpcContentType(headers["content-type"] ?? ""),
    load: async () => {
      const { createRpcService } = await import("../protocols/rpc/index.ts");
      return createRpcService({ ...options, engine, lock: lock?.protobuf[name] });
    },
    next,
    onError: options.onError,
  });
}

/** What a handler is loaded by. */
export interface LazyRpcOptions extends Pick<RpcRouteOptions, "next" | "onError"> {
  /** Whether a request may be for the handler; others are left alone until it has been loaded. */
  readonly isMeant: (exchange: Exchange) => boolean;
  readonly load: () => Promise<RpcHandler>;
}

/**
 * Makes a handler that is loaded by the first request that is meant for it. What fails while loading is told to `onError`,
 * and tried again by the next one.
 */
export function lazyRpc({ isMeant, load, next, onError }: LazyRpcOptions): RpcHandler {
  let loaded: RpcHandler | undefined;
  let loading: Promise<RpcHandler> | undefined;
  let isDraining = false;

  const begin = async (): Promise<RpcHandler> => {
    const handler = await load();
    if (isDraining) handler.announceDrain?.();
    loaded = handler;
    return handler;
  };

  return {
    take(exchange) {
      if (loaded !== undefined) return loaded.take(exchange);
      if (!isMeant(exchange)) return false;
      loading ??= begin();
      loading.then(
        (handler) => {
          if (!handler.take(exchange)) next(exchange);
        },
        (thrown: unknown) => {
          loading = undefined;
          onError(exchange, thrown);
          void sendProblem(exchange, toApiError(thrown));
        },
      );
      return true;
    },
    announceDrain() {
      isDraining = true;
      loaded?.announceDrain?.();
    },
    drain: () => loaded?.drain(),
  };
}
