import type { Readable } from "node:stream";
import { ApiError } from "../../base/errors/index.ts";
import type { Exchange } from "./exchange.ts";

const EMPTY = Buffer.alloc(0);

/**
 * Reads a request's body whole, at most `maxBytes` of it. A larger one is refused with `payload_too_large` before it is
 * read, if Content-Length tells, else when the limit is passed; one that does not come in time with `request_timeout`;
 * `cancelled` is thrown when the caller has gone. A coded body is refused with `unsupported_media_type`.
 */
export function readBody(exchange: Exchange, maxBytes: number): Promise<Buffer> | Buffer {
  if (!exchange.hasBody) return EMPTY;
  refuseBody(exchange, maxBytes);
  if (exchange.options.expectsContinue) exchange.response.writeContinue();
  exchange.bodyRead = true;
  const { body } = exchange.options;
  if (!Buffer.isBuffer(body)) return collect(exchange, body, maxBytes);
  if (body.length > maxBytes) throw tooLarge(maxBytes);
  return body;
}

/** Throws for a body that need not be read to be refused: a coded one, and one whose length says that it is too large. */
export function refuseBody({ request }: Exchange, maxBytes: number): void {
  const { headers } = request;
  const coding = headers["content-encoding"];
  if (coding !== undefined && coding.toLowerCase() !== "identity") {
    throw new ApiError("unsupported_media_type", "Request bodies are taken without Content-Encoding.");
  }
  const length = headers["content-length"];
  if (length !== undefined && Number(length) > maxBytes) throw tooLarge(maxBytes);
}

function collect({ options }: Exchange, body: Readable | undefined, maxBytes: number): Promise<Buffer> {
  if (body === undefined) return Promise.resolve(EMPTY);
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const finish = (error?: ApiError) => {
      clearTimeout(timer);
      body
        .off("data", onData)
        .off("end", onEnd)
        .off("error", onGone)
        .off("close", onGone)
        .off("aborted", onGone);
      // An error may still come, and nobody else listens.
      body.on("error", ignore);
      if (error !== undefined) reject(error);
      else resolve(chunks.length === 1 ? (chunks[0] ?? EMPTY) : Buffer.concat(chunks, size));
    };
    const onData = (chunk: Buffer) => {
      size += chunk.length;
      if (size > maxBytes) {
        body.pause();
        finish(tooLarge(maxBytes));
      } else chunks.push(chunk);
    };
    const onEnd = () => finish();
    const onGone = () => finish(new ApiError("cancelled", "The request ended before its body was complete."));
    const timer = setTimeout(() => {
      body.pause();
      const seconds = options.bodyTimeoutMs / 1000;
      finish(new ApiError("request_timeout", `The body did not come within ${seconds} seconds.`));
    }, options.bodyTimeoutMs);
    body.on("data", onData).on("end", onEnd).on("error", onGone).on("close", onGone).on("aborted", onGone);
  });
}

function ignore(): void {}

/** For a body of more bytes than are taken. */
export function tooLarge(maxBytes: number): ApiError {
  return new ApiError("payload_too_large", `The body is larger than ${maxBytes} bytes.`, {
    data: { maxBytes },
  });
}
