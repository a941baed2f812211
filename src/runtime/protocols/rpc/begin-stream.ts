import { dropRest } from "../send.ts";
import type { RpcCall } from "./call.ts";

/** How often the kernel asks whether the peer of a silent HTTP/1.1 stream is still there. */
const TCP_KEEPALIVE_MS = 60_000;

/** Sends the head of an answer whose body comes in pieces over any HTTP. */
export function beginStream(call: RpcCall, headers: string[]): void {
  const { exchange } = call;
  const { request, response, options } = exchange;
  call.hasBegun = true;
  exchange.status = 200;
  headers.push("X-Request-Id", exchange.requestId);
  if (request.stream === undefined) {
    if (options.isDraining()) headers.push("Connection", "close");
    // A stream may be silent for longer than a connection may rest; Node sets the time anew for the next request.
    request.socket.setTimeout(0);
    request.socket.setKeepAlive(true, TCP_KEEPALIVE_MS);
  }
  response.writeHead(200, headers);
}

/** Ends such an answer. What still comes of the request is called off: nobody reads it. */
export function endStream({ exchange }: RpcCall, last: Uint8Array): void {
  const { request, response, options } = exchange;
  exchange.sentBytes += last.length;
  response.end(last);
  const { body } = options;
  if (!exchange.hasBody || body === undefined || Buffer.isBuffer(body) || body.readableEnded) return;
  dropRest(body, () => {
    if (request.stream !== undefined) request.stream.close(NO_ERROR);
    else if (!body.readableEnded) request.socket.destroySoon();
  });
}

const NO_ERROR = 0;
