import { ApiError } from "../../base/errors/index.ts";
import type { Exchange, HttpRequest } from "../protocols/index.ts";
import type { ServerLimits } from "./limits.ts";

/** Headers that must not be there twice: two readers of the request might each believe another one. */
const SINGLE = new Set(["host", "authorization", "content-type"]);

/** A request as Node's parsers give it. */
export interface ParsedRequest extends HttpRequest {
  /** Names and values in turn, as they came. */
  readonly rawHeaders: readonly string[];
}

/** Says why a request is refused before any protocol sees it; undefined for one that is not. */
export function checkRequest(
  exchange: Exchange,
  request: ParsedRequest,
  limits: ServerLimits,
): ApiError | undefined {
  const { rawHeaders, url = "" } = request;
  if (url.length > limits.maxUrlBytes) {
    return new ApiError("uri_too_long", `The request target is longer than ${limits.maxUrlBytes} bytes.`);
  }
  if (rawHeaders.length > limits.maxHeaders * 2) {
    return new ApiError("headers_too_large", `The request has more than ${limits.maxHeaders} header lines.`);
  }
  // The HTTP/1.1 parser has counted already, together with the target.
  if (headerBytes(rawHeaders) > limits.maxHeaderBytes) {
    return new ApiError("headers_too_large", `The headers are larger than ${limits.maxHeaderBytes} bytes.`);
  }
  // HTTP/1.1 has refused it already.
  if (exchange.method === "CONNECT") return new ApiError("method_not_allowed", "This server is no proxy.");
  if (!exchange.path.startsWith("/") && !(exchange.path === "*" && exchange.method === "OPTIONS")) {
    return new ApiError("malformed_request", "The request target is not a path.");
  }
  const repeated = findRepeated(request);
  if (repeated !== undefined)
    return new ApiError("malformed_request", `The ${repeated} header is there twice.`);
  // What has no version in its first line is HTTP/0.9, which has no headers to be careful with either.
  if (request.httpVersionMajor === 0)
    return new ApiError("malformed_request", "The request names no HTTP version.");
  if (request.httpVersionMajor === 1 && request.headers.host === undefined && !isHttp10(request)) {
    return new ApiError("malformed_request", "The Host header is missing.");
  }
  const { expect } = request.headers;
  if (expect !== undefined && expect.toLowerCase() !== "100-continue") {
    return new ApiError("expectation_failed", "Expect takes 100-continue only.");
  }
  return undefined;
}

function headerBytes(rawHeaders: readonly string[]): number {
  let bytes = 0;
  for (const text of rawHeaders) bytes += text.length;
  return bytes;
}

function findRepeated({ rawHeaders }: ParsedRequest): string | undefined {
  let seen = "";
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const raw = rawHeaders[at] ?? "";
    // Most names are told apart by their length alone.
    if (raw.length !== 4 && raw.length !== 12 && raw.length !== 13) continue;
    const name = raw.toLowerCase();
    if (!SINGLE.has(name)) continue;
    if (seen.includes(name)) return name;
    seen += `${name} `;
  }
  return undefined;
}

function isHttp10(request: HttpRequest): boolean {
  return request.httpVersionMinor === 0;
}
