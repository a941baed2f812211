import { hash, timingSafeEqual } from "node:crypto";
import { BlockList, isIP } from "node:net";
import { ApiError, toApiError } from "../../base/errors/index.ts";
import {
  type Exchange,
  type ExchangeHandler,
  type HttpRequest,
  send,
  sendProblem,
} from "../protocols/index.ts";
import type { Metrics } from "./metrics.ts";

type AsyncHandler = (...parameters: Parameters<ExchangeHandler>) => Promise<void> | void;

const ALLOW = "GET, HEAD, OPTIONS";

/** Adds a path for the operator: GET and HEAD only, named in log and metrics. */
export function addOperational(
  routes: Map<string, ExchangeHandler>,
  path: string,
  name: string,
  answer: AsyncHandler,
): void {
  routes.set(path, (exchange) => {
    exchange.operation = name;
    if (exchange.method === "OPTIONS") return send(exchange, 204, ["Allow", ALLOW]);
    if (exchange.method !== "GET" && exchange.method !== "HEAD") {
      const error = new ApiError(
        "method_not_allowed",
        `${exchange.method} is not offered here. Allowed: ${ALLOW}.`,
      );
      return void sendProblem(exchange, error, { headers: ["Allow", ALLOW] });
    }
    void answer(exchange);
  });
}

/**
 * Who may read the metrics: callers whose connection comes from this machine or a private network and has not been
 * forwarded by a proxy; anyone; or who has the token, as `Authorization: Bearer`.
 */
export type MetricsAccess = "private" | "anyone" | { readonly token: string };

/** Makes the answer to `/metrics`. Metrics that cannot be had are told to `onError`, and are a 500. */
export function metricsHandler(
  metrics: Pick<Metrics, "contentType" | "text">,
  access: MetricsAccess = "private",
  onError: (exchange: Exchange, thrown: unknown) => void = () => {},
): AsyncHandler {
  const wanted = typeof access === "string" ? undefined : digest(`Bearer ${access.token}`);
  return async (exchange) => {
    const { authorization = "" } = exchange.request.headers;
    if (wanted !== undefined && !timingSafeEqual(digest(authorization), wanted)) {
      const error = new ApiError("unauthenticated", "The metrics need their token.");
      return void sendProblem(exchange, error, { challenge: 'Bearer realm="metrics"' });
    }
    if (access === "private" && !comesFromPrivateNetwork(exchange.request)) {
      return void sendProblem(exchange, new ApiError("forbidden", "The metrics are not public."));
    }
    let text: string;
    try {
      text = await metrics.text();
    } catch (thrown) {
      onError(exchange, thrown);
      return void sendProblem(exchange, toApiError(thrown));
    }
    send(exchange, 200, ["Content-Type", metrics.contentType, "Cache-Control", "no-store"], text);
  };
}

// Loopback, RFC 1918, RFC 4193 and link-local addresses.
const PRIVATE = new BlockList();
for (const [network, bits] of [
  ["127.0.0.0", 8],
  ["10.0.0.0", 8],
  ["172.16.0.0", 12],
  ["192.168.0.0", 16],
  ["169.254.0.0", 16],
] as const) {
  PRIVATE.addSubnet(network, bits, "ipv4");
}
PRIVATE.addAddress("::1", "ipv6");
PRIVATE.addSubnet("fc00::", 7, "ipv6");
PRIVATE.addSubnet("fe80::", 10, "ipv6");

function comesFromPrivateNetwork({ socket, headers }: HttpRequest): boolean {
  // A proxy on a private network passes on what strangers ask.
  if (headers["x-forwarded-for"] !== undefined || headers.forwarded !== undefined) return false;
  const { remoteAddress = "" } = socket;
  return PRIVATE.check(remoteAddress, isIP(remoteAddress) === 6 ? "ipv6" : "ipv4");
}

/** Equal length, whatever came: timingSafeEqual needs it. */
function digest(text: string): Buffer {
  return hash("sha256", text, "buffer");
}
