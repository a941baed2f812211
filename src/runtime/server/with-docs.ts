import { ApiError, toApiError } from "../../base/errors/index.ts";
import { type Exchange, type ExchangeHandler, send, sendProblem } from "../protocols/index.ts";
import type { DocsAnswer, DocsHandler } from "./docs.ts";

const ALLOW = "GET, HEAD, OPTIONS";

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
    exchange.operation = "docs";
    if (exchange.method === "OPTIONS") return send(exchange, 204, ["Allow", ALLOW]);
    if (exchange.method !== "GET" && exchange.method !== "HEAD") {
      const message = `${exchange.method} is not offered here. Allowed: ${ALLOW}.`;
      return void sendProblem(exchange, new ApiError("method_not_allowed", message), {
        headers: ["Allow", ALLOW],
      });
    }
    if (!(answer instanceof Promise)) return sendAnswer(exchange, answer);
    answer.then(
      (later) => sendAnswer(exchange, later),
      (thrown: unknown) => {
        onError?.(exchange, thrown);
        void sendProblem(exchange, toApiError(thrown));
      },
    );
  };
}

function sendAnswer(exchange: Exchange, { status, headers, body }: DocsAnswer): void {
  send(exchange, status, [...headers], body);
}
