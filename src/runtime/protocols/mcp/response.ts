import type { ApiError } from "../../../base/errors/index.ts";
import { formatErrorDetails, formatEvent, KEEP_ALIVE, McpError, RPC_CODES } from "../../../wire/mcp/index.ts";
import { codingFor, sendBody } from "../answer.ts";
import type { Exchange } from "../exchange.ts";
import { fixHeaders } from "../fixed-headers.ts";
import { sendStream } from "../send-stream.ts";

const COMMON = ["Cache-Control", "no-store", "X-Content-Type-Options", "nosniff"];
const JSON_HEADERS = fixHeaders(["Content-Type", "application/json", ...COMMON, "Vary", "Accept-Encoding"]);

/** Sends one message as the whole answer. */
export function sendMessage(
  exchange: Exchange,
  status: number,
  message: string,
  headers: string[] = [],
): Promise<void> | void {
  const coding = codingFor(exchange, message);
  return sendBody(exchange, status, headers, { body: message, coding, fixed: JSON_HEADERS });
}

/** Sends messages as they come, as events of a stream that ends after the last one. */
export function sendEvents(exchange: Exchange, messages: AsyncIterable<string>): Promise<void> {
  // X-Accel-Buffering: proxies are to pass each event on at once (Streamable HTTP, Receiving Messages).
  const headers = ["Content-Type", "text/event-stream", ...COMMON, "X-Accel-Buffering", "no"];
  return sendStream(exchange, 200, headers, toEvents(messages));
}

async function* toEvents(messages: AsyncIterable<string>): AsyncGenerator<Uint8Array> {
  for await (const message of messages) {
    yield Buffer.from(message === "" ? KEEP_ALIVE : formatEvent(message));
  }
}

/**
 * An error of the API as a JSON-RPC error: `internalError` for what is our fault, else the HTTP status as its code, which
 * no specification uses (Base Protocol, Error Codes).
 */
export function toRpcError(error: ApiError, requestId: string): McpError {
  const code = error.code === "internal" ? RPC_CODES.internalError : error.status;
  return new McpError(code, error.message, {
    status: error.status,
    data: formatErrorDetails(error, requestId),
  });
}
