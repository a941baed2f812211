import { ApiError } from "../../base/errors/index.ts";
import type { Exchange } from "./exchange.ts";
import { refuseBody, tooLarge } from "./read-body.ts";

/** A sender slower than this over the whole body holds a connection for nothing: 64 kbit a second. */
const LEAST_BYTES_PER_SECOND = 8192;

/**
 * Reads a request's body in pieces, no faster than they are taken, at most `maxBytes` in all. Refuses like readBody; a
 * sender may take as long as the size it has sent deserves, beyond the time that any body has. Time that the taker takes
 * is not the sender's. Leaving early leaves the rest to whoever answers.
 */
export async function* readChunks(exchange: Exchange, maxBytes: number): AsyncGenerator<Buffer> {
  const { body, bodyTimeoutMs, expectsContinue } = exchange.options;
  if (!exchange.hasBody || body === undefined) return;
  refuseBody(exchange, maxBytes);
  if (expectsContinue) exchange.response.writeContinue();
  exchange.bodyRead = true;
  if (Buffer.isBuffer(body)) {
    if (body.length > maxBytes) throw tooLarge(maxBytes);
    yield body;
    return;
  }

  const chunks: Buffer[] = [];
  const over = { ended: false, gone: false };
  let wake: (() => void) | undefined;
  const onData = (chunk: Buffer) => {
    chunks.push(chunk);
    body.pause();
    wake?.();
  };
  const onEnd = () => {
    over.ended = true;
    wake?.();
  };
  const onGone = () => {
    over.gone = true;
    wake?.();
  };
  body.on("data", onData).on("end", onEnd).on("error", onGone).on("close", onGone).on("aborted", onGone);
  let size = 0;
  let waitedMs = 0;
  try {
    for (;;) {
      const chunk = chunks.shift();
      if (chunk !== undefined) {
        size += chunk.length;
        if (size > maxBytes) throw tooLarge(maxBytes);
        yield chunk;
        continue;
      }
      if (over.ended) return;
      if (over.gone) throw new ApiError("cancelled", "The request ended before its body was complete.");
      const leftMs = bodyTimeoutMs + (size / LEAST_BYTES_PER_SECOND) * 1000 - waitedMs;
      const since = performance.now();
      const came = await new Promise<boolean>((resolve) => {
        const timer = setTimeout(() => resolve(false), Math.max(leftMs, 0));
        wake = () => {
          clearTimeout(timer);
          resolve(true);
        };
        body.resume();
      });
      wake = undefined;
      waitedMs += performance.now() - since;
      if (!came) throw new ApiError("request_timeout", "The body did not come, or came too slowly.");
    }
  } finally {
    body.pause();
    body
      .off("data", onData)
      .off("end", onEnd)
      .off("error", onGone)
      .off("close", onGone)
      .off("aborted", onGone);
    // An error may still come, and nobody else listens.
    body.on("error", ignore);
  }
}

function ignore(): void {}
