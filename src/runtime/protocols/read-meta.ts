import { isTraceparent, parseTimeoutMs } from "../../wire/rest/index.ts";
import type { CallMeta } from "../engine/index.ts";
import type { Exchange } from "./exchange.ts";

/**
 * Reads what a call carries beside its input: request id, trace context, how long the caller waits. `waitMs` shortens what
 * X-Request-Timeout-Ms says. Throws `malformed_request` for a timeout that is none.
 */
export function readMeta(exchange: Exchange, protocol: string, waitMs?: number): CallMeta {
  const { headers } = exchange.request;
  const { requestId, remoteAddress } = exchange.options;
  const { traceparent } = headers;
  const timeout = headers["x-request-timeout-ms"];
  return {
    protocol,
    requestId,
    traceparent: typeof traceparent === "string" && isTraceparent(traceparent) ? traceparent : undefined,
    timeoutMs: timeout === undefined && waitMs === undefined ? undefined : shorter(timeout, waitMs),
    remoteAddress,
  };
}

function shorter(timeout: string | string[] | undefined, waitMs: number | undefined): number {
  return Math.min(
    timeout === undefined ? Number.POSITIVE_INFINITY : parseTimeoutMs(String(timeout)),
    waitMs ?? Number.POSITIVE_INFINITY,
  );
}
