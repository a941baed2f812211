import type { Readable } from "node:stream";
import type { Exchange } from "./exchange.ts";
import { type FixedHeaders, NO_HEADERS } from "./fixed-headers.ts";

/** Bodies that nobody read are taken off the wire and dropped up to this size; beyond it the connection ends. */
const MAX_DROPPED_BYTES = 65_536;
/** How long and for how much a client that still sends is listened to after an early answer, so that it can read it. */
const LINGER_MS = 1000;
const MAX_LINGERING_BYTES = 1_048_576;

/**
 * Sends the one answer of an exchange: status, headers (the fixed ones, then names and values in turn), X-Request-Id,
 * Content-Length and the body, in one write. HEAD gets the headers alone. Does nothing when the caller has gone.
 */
export function send(
  exchange: Exchange,
  status: number,
  headers: string[],
  body?: string | Uint8Array,
  fixed: FixedHeaders = NO_HEADERS,
): void {
  const { response, request, options } = exchange;
  if (exchange.gone || response.headersSent) return;
  exchange.status = status;
  headers.push("X-Request-Id", exchange.requestId);
  if (options.hsts !== undefined) headers.push("Strict-Transport-Security", options.hsts);
  // RFC 9110 section 8.6: no Content-Length in 204; in 304 it would be that of the answer not sent.
  const sized = status !== 204 && status !== 304;
  const size = body === undefined ? 0 : Buffer.byteLength(body);
  if (exchange.method === "HEAD" || size === 0) body = undefined;
  else exchange.sentBytes = size;

  const { body: source } = options;
  if (response.sendWhole !== undefined) {
    // RFC 9113 section 8.1: after an early answer the rest of the body is called off without an error. Not at once, since
    // some clients (curl 7.88) forget an answer that comes together with that.
    const { stream } = request;
    if (stream !== undefined && isReadable(source) && !source.readableEnded) {
      dropRest(source, () => stream.close(0));
    }
    const last = options.isDraining();
    response.sendWhole({ status, fixed, headers, size: sized ? size : undefined, body, last });
    return;
  }
  headers.unshift(...fixed.pairs);
  if (sized) headers.push("Content-Length", String(size));
  const left = leavesTooMuch(exchange) && !Buffer.isBuffer(source) ? source : undefined;
  if (left !== undefined || options.isDraining()) headers.push("Connection", "close");
  response.writeHead(status, headers);
  if (left === undefined) {
    response.end(body);
    return;
  }
  // Closing with unread bytes makes TCP reset the connection, and the client may lose the answer (RFC 9112 section 9.6).
  if (body !== undefined) response.write(body);
  dropRest(left, () => response.end());
}

function isReadable(body: Readable | Buffer | undefined): body is Readable {
  return body !== undefined && !Buffer.isBuffer(body);
}

/** Whether more of the body is still to come than is worth reading only to drop it. */
function leavesTooMuch(exchange: Exchange): boolean {
  const { request } = exchange;
  if (request.complete || !exchange.hasBody || exchange.options.expectsContinue) return false;
  return exchange.bodyRead || !(Number(request.headers["content-length"]) <= MAX_DROPPED_BYTES);
}

/** Takes what still comes of a body off the wire, and ends when it ends, has lasted too long or been too much. */
export function dropRest(rest: Readable, end: () => void): void {
  let dropped = 0;
  const stop = () => {
    clearTimeout(timer);
    rest.off("data", count).off("end", stop).off("close", stop);
    rest.pause();
    end();
  };
  const count = (chunk: Buffer) => {
    dropped += chunk.length;
    if (dropped > MAX_LINGERING_BYTES) stop();
  };
  const timer = setTimeout(stop, LINGER_MS);
  rest.on("data", count).on("end", stop).on("close", stop).resume();
}
