import { ApiError, toApiError } from "../../base/errors/index.ts";
import { type Exchange, send, sendProblem } from "../protocols/index.ts";
import type { PageAnswer } from "./page-answer.ts";

const ALLOW = "GET, HEAD, OPTIONS";

/** Sends a page's answer; 405 for methods that change something. Failures are told to `onError`. */
export function sendPage(
  exchange: Exchange,
  answer: Promise<PageAnswer> | PageAnswer,
  onError?: (exchange: Exchange, thrown: unknown) => void,
): void {
  exchange.operation = "docs";
  // Where it is not sent, its failure is nobody's.
  if (answer instanceof Promise) answer.catch(() => {});
  if (exchange.method === "OPTIONS") {
    send(exchange, 204, ["Allow", ALLOW]);
    return;
  }
  if (exchange.method !== "GET" && exchange.method !== "HEAD") {
    const message = `${exchange.method} is not offered here. Allowed: ${ALLOW}.`;
    sendProblem(exchange, new ApiError("method_not_allowed", message), { headers: ["Allow", ALLOW] });
    return;
  }
  if (!(answer instanceof Promise)) {
    sendAnswer(exchange, answer);
    return;
  }
  answer.then(
    (later) => sendAnswer(exchange, later),
    (thrown: unknown) => {
      onError?.(exchange, thrown);
      sendProblem(exchange, toApiError(thrown));
    },
  );
}

function sendAnswer(exchange: Exchange, { status, headers, body }: PageAnswer): void {
  send(exchange, status, [...headers], body);
}
