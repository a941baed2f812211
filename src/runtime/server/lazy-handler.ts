import { toApiError } from "../../base/errors/index.ts";
import { type Exchange, type ExchangeHandler, sendProblem } from "../protocols/index.ts";

/**
 * Makes a handler that is loaded when it is first asked for: a service that nobody calls in a protocol pays nothing for it,
 * neither at start nor in memory. What fails while loading is told to `onError`, and tried again by the next request.
 */
export function lazyHandler(
  load: () => Promise<ExchangeHandler>,
  onError: (exchange: Exchange, thrown: unknown) => void,
): ExchangeHandler {
  let loaded: ExchangeHandler | undefined;
  let loading: Promise<ExchangeHandler> | undefined;
  return (exchange) => {
    if (loaded !== undefined) return loaded(exchange);
    loading ??= load();
    loading.then(
      (handler) => {
        loaded = handler;
        handler(exchange);
      },
      (thrown: unknown) => {
        loading = undefined;
        onError(exchange, thrown);
        void sendProblem(exchange, toApiError(thrown));
      },
    );
  };
}
