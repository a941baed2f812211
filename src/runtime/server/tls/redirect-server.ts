import type { IncomingMessage, ServerResponse } from "node:http";
import { ApiError } from "../../../base/errors/index.ts";
import { newId } from "../../../base/lib/index.ts";
import { formatProblem, PROBLEM_MEDIA_TYPE } from "../../../wire/rest/index.ts";
import { type ListenOptions, listen } from "../listen.ts";
import { createServer } from "../node-http.ts";

/** Where callers are led. */
export interface RedirectTarget {
  /** `https://api.example.com`: without one of this scheme, the host that they named. */
  readonly publicUrl?: string | undefined;
  /** Port of TLS, for hosts that they named. */
  readonly port: number;
}

/** A port in cleartext that only leads to the one with TLS. */
export interface RedirectServer {
  readonly port: number;
  close(): Promise<void>;
}

/** Enough for what a browser says, too little to be kept busy with. */
const LIMITS = { maxHeaderSize: 16_384, headersTimeout: 5000, requestTimeout: 5000, keepAliveTimeout: 1000 };
const MAX_CONNECTIONS = 1000;
const CHECK_MS = 1000;

/**
 * Opens a port that leads reads to TLS with 308. What brings credentials or would change something is refused with 403
 * instead: it has been sent where anybody could read it, and a program that is led on would go on sending it.
 */
export async function openRedirectServer(
  target: RedirectTarget,
  place: ListenOptions,
): Promise<RedirectServer> {
  const server = createServer({ ...LIMITS, connectionsCheckingInterval: CHECK_MS }, (request, response) => {
    const refusal = answer(request, response, target);
    if (refusal !== undefined) refuse(response, refusal);
  });
  server.maxConnections = MAX_CONNECTIONS;
  const { port } = await listen(server, place);
  return {
    port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function answer(
  { method, url = "", headers }: IncomingMessage,
  response: ServerResponse,
  target: RedirectTarget,
): ApiError | undefined {
  const base = baseOf(headers.host, target);
  if (base === undefined) return new ApiError("malformed_request", "The Host header names no host.");
  const hasCredentials = headers.authorization !== undefined || headers["x-api-key"] !== undefined;
  if ((method !== "GET" && method !== "HEAD") || hasCredentials) {
    const seen = hasCredentials ? " Replace the credentials: anybody on the way may have read them." : "";
    return new ApiError("forbidden", `Nothing was done: come to ${base} instead.${seen}`);
  }
  response.writeHead(308, {
    Location: `${base}${url.startsWith("/") ? url : "/"}`,
    "Cache-Control": "no-store",
    "Content-Length": "0",
    Connection: "close",
  });
  response.end();
  return undefined;
}

/** The host that was named, where it is a name or an address and nothing else; a path of anybody's making is none. */
function baseOf(host: string | undefined, { publicUrl, port }: RedirectTarget): string | undefined {
  if (publicUrl?.startsWith("https:") === true) return publicUrl;
  const [, name] = /^([A-Za-z0-9.-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(?::[0-9]{1,5})?$/.exec(host ?? "") ?? [];
  if (name === undefined) return undefined;
  return port === 443 ? `https://${name}` : `https://${name}:${port}`;
}

function refuse(response: ServerResponse, error: ApiError): void {
  const requestId = newId("req", Date.now());
  const body = formatProblem(error, { requestId });
  response.writeHead(error.status, {
    "Content-Type": PROBLEM_MEDIA_TYPE,
    "Cache-Control": "no-store",
    "X-Request-Id": requestId,
    "Content-Length": String(Buffer.byteLength(body)),
    Connection: "close",
  });
  response.end(body);
}
