import type { Exchange, ExchangeHandler } from "./exchange.ts";
import { send } from "./send.ts";

/** Told of what becomes a 5xx. */
export type OnError = (exchange: Exchange, thrown: unknown) => void;

/**
 * Makes a handler of what answers exchanges and sends its own errors. What fails even so, while an error is being sent, is
 * told and becomes a bare 500: it must not end the process.
 */
export function guard(
  answer: (exchange: Exchange) => Promise<void> | void,
  onError: OnError | undefined,
): ExchangeHandler {
  return (exchange) => {
    const failed = (thrown: unknown) => {
      onError?.(exchange, thrown);
      send(exchange, 500, []);
    };
    try {
      answer(exchange)?.catch(failed);
    } catch (thrown) {
      failed(thrown);
    }
  };
}
