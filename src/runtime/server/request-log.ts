import { connectHttpStatus } from "../../wire/connect/http-status.ts";
import type { Logger } from "../engine/index.ts";
import type { Exchange } from "../protocols/index.ts";
import type { RequestLine, RequestLogger } from "./request-line.ts";

/** Operations whose successes are not logged: probes come every few seconds and say nothing. */
const QUIET = new Set(["livez", "readyz", "metrics"]);

/**
 * Writes one line for a request that has ended. The path is told by the operation alone and the query not at all: both
 * may hold what a log must not. 5xx are errors, 408 and 499 warnings.
 */
export function logRequest(
  logger: Logger | RequestLogger,
  exchange: Exchange,
  status: number,
  durationMs: number,
): void {
  const operation = exchange.operation ?? "none";
  if (status < 400 && QUIET.has(operation)) return;
  const { request, requestId, method, sentBytes, options } = exchange;
  const { traceparent } = request.headers;
  const line: RequestLine = {
    requestId,
    operation,
    method,
    status,
    durationMs: Math.round(durationMs * 1000) / 1000,
    bytes: sentBytes,
    remoteAddress: options.remoteAddress,
    http: request.httpVersionMajor === 2 ? "2" : "1.1",
    traceId: traceparent === undefined ? undefined : traceId(traceparent),
    rpc: exchange.rpc,
    rpcStatus: rpcStatusOf(exchange),
  };
  const severity = severityOf(exchange, status);
  if (severity >= 500) logger.error(line, "request failed");
  else if (severity === 499 || severity === 408) logger.warn(line, "request not completed");
  else if ("request" in logger) logger.request(line);
  else logger.info(line, "request");
}

/** Status of an RPC, such as `NOT_FOUND`; undefined for what is none. */
export function rpcStatusOf({ rpc, rpcStatus }: Exchange): Exchange["rpcStatus"] {
  return rpc === undefined ? undefined : (rpcStatus ?? "CANCELLED");
}

/** The HTTP status that says how it went: gRPC sends 200 with every failure. */
function severityOf(exchange: Exchange, status: number): number {
  const rpcStatus = rpcStatusOf(exchange);
  return rpcStatus === undefined || rpcStatus === "OK" ? status : connectHttpStatus(rpcStatus);
}

function traceId(traceparent: string | string[]): string | undefined {
  return typeof traceparent === "string" ? /^[0-9a-f]{2}-([0-9a-f]{32})-/.exec(traceparent)?.[1] : undefined;
}
