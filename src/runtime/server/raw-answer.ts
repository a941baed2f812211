import { ApiError, type Code } from "../../base/errors/index.ts";
import { formatProblem, PROBLEM_MEDIA_TYPE } from "../../wire/rest/index.ts";
import { STATUS_CODES } from "./node-http.ts";

/** Writes the whole answer to a request that never became one, as bytes for the socket; the connection ends with it. */
export function formatRawAnswer(code: Code, detail: string, requestId: string): string {
  const error = new ApiError(code, detail);
  const body = formatProblem(error, { requestId });
  return [
    `HTTP/1.1 ${error.status} ${STATUS_CODES[error.status] ?? ""}`,
    `Date: ${new Date().toUTCString()}`,
    `Content-Type: ${PROBLEM_MEDIA_TYPE}`,
    "Cache-Control: no-store",
    `X-Request-Id: ${requestId}`,
    `Content-Length: ${Buffer.byteLength(body)}`,
    "Connection: close",
    "",
    body,
  ].join("\r\n");
}

/** An error of Node's HTTP parser, or of its timeouts. */
export interface ParserError extends Error {
  readonly code?: string;
  /** What the parser was given last. */
  readonly rawPacket?: Buffer;
}

/** Says what a parser error is to the client; undefined where nothing is left to be said to. */
export function explainParserError(
  error: ParserError,
  maxUrlBytes: number,
): { readonly code: Code; readonly detail: string } | undefined {
  switch (error.code) {
    case "ECONNRESET":
    case "EPIPE":
      return undefined;
    case "HPE_HEADER_OVERFLOW":
      // The parser counts target and headers together; a first line that does not end tells which of them it was.
      return lineLength(error.rawPacket) > maxUrlBytes
        ? { code: "uri_too_long", detail: `The request target is longer than ${maxUrlBytes} bytes.` }
        : { code: "headers_too_large", detail: "The headers of the request are too large." };
    case "HPE_CHUNK_EXTENSIONS_OVERFLOW":
      return { code: "payload_too_large", detail: "The chunk extensions of the body are too large." };
    case "ERR_HTTP_REQUEST_TIMEOUT":
      return { code: "request_timeout", detail: "The request did not come in time." };
    default:
      return { code: "malformed_request", detail: `The request is not valid HTTP/1.1 (${error.message}).` };
  }
}

function lineLength(packet: Buffer | undefined): number {
  if (packet === undefined || !/^[A-Z]{3,10} /.test(packet.toString("latin1", 0, 11))) return 0;
  const end = packet.indexOf(0x0a);
  return end === -1 ? packet.length : end;
}
