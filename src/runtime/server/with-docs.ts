import type { Exchange, ExchangeHandler } from "../protocols/index.ts";
import type { DocsHandler } from "./docs.ts";
import { sendPage } from "./send-page.ts";

/** Puts the reference in front of a handler: what `docs` does not answer goes to `next`. Failures are told to `onError`. */
export function withDocs(
  docs: DocsHandler,
  next: ExchangeHandler,
  onError?: (exchange: Exchange, thrown: unknown) => void,
): ExchangeHandler {
  return (exchange) => {
    const { path } = exchange;
    if (!path.startsWith("/docs") && !path.startsWith("/problems/")) return next(exchange);
    const answer = docs(path, exchange.request.headers);
    if (answer === undefined) return next(exchange);
    sendPage(exchange, answer, onError);
  };
}
