import type { Exchange } from "./exchange.ts";

/** A reader that takes nothing for so long has gone, or holds a connection for nothing. */
const STALLED_MS = 30_000;
const INTERNAL_ERROR = 2;

/**
 * Sends an answer whose body comes in pieces, no faster than it is taken. `headers` has its Content-Length, so that
 * whoever gets less knows it: when the source fails, or the caller takes nothing for half a minute, the connection or
 * stream is broken off.
 */
export async function sendStream(
  exchange: Exchange,
  status: number,
  headers: string[],
  source: AsyncIterable<Uint8Array>,
): Promise<void> {
  const { response, request } = exchange;
  if (exchange.gone || response.headersSent) return;
  exchange.status = status;
  headers.push("X-Request-Id", exchange.requestId);
  const { hsts } = exchange.options;
  if (hsts !== undefined) headers.push("Strict-Transport-Security", hsts);
  if (exchange.options.isDraining() && request.stream === undefined) headers.push("Connection", "close");
  response.writeHead(status, headers);
  const closed = new Promise<false>((resolve) => response.once("close", () => resolve(false)));
  try {
    for await (const chunk of source) {
      if (exchange.gone || isCut(exchange)) return;
      exchange.sentBytes += chunk.length;
      if (response.write(chunk)) continue;
      if (await drained(exchange, closed)) continue;
      breakOff(exchange);
      return;
    }
    response.end();
  } catch (error) {
    breakOff(exchange);
    throw error;
  }
}

/** Waits until there is room again; false where there will be none. */
async function drained({ response }: Exchange, closed: Promise<false>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const stalled = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), STALLED_MS);
  });
  const room = new Promise<true>((resolve) => response.once("drain", () => resolve(true)));
  try {
    return await Promise.race([room, closed, stalled]);
  } finally {
    clearTimeout(timer);
  }
}

/** Whether the connection takes nothing more, though its close has not been told yet. */
function isCut({ request }: Exchange): boolean {
  return request.stream === undefined && !request.socket.writable;
}

function breakOff({ request }: Exchange): void {
  if (request.stream !== undefined) request.stream.close(INTERNAL_ERROR);
  else request.socket.destroy();
}
