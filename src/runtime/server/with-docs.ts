import type { Exchange, ExchangeHandler } from "../protocols/index.ts";
import type { DocsHandler } from "./docs.ts";
import { lazyHandler } from "./lazy-handler.ts";
import { sendPage } from "./send-page.ts";

/**
 * Puts the reference in front of a handler: what it does not answer goes to `next`. It is loaded when a path of its own is
 * first asked for. Failures are told to `onError`.
 */
export function withDocs(
  load: () => Promise<DocsHandler>,
  next: ExchangeHandler,
  onError: (exchange: Exchange, thrown: unknown) => void = () => {},
): ExchangeHandler {
  const pages = lazyHandler(async () => {
    const docs = await load();
    return (exchange) => {
      const answer = docs(exchange.path, exchange.request.headers);
      if (answer === undefined) return next(exchange);
      sendPage(exchange, answer, onError);
    };
  }, onError);
  return (exchange) => {
    const { path } = exchange;
    if (path.startsWith("/docs") || path.startsWith("/problems/")) return pages(exchange);
    return next(exchange);
  };
}
