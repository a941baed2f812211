import { untilAborted } from "../../base/resilience/index.ts";
import type { FetchAnswer } from "./fetch.ts";

/** A body that could not be read to its end: why. */
export class BodyError extends Error {
  override readonly name = "BodyError";
  readonly reason: "too-large" | "connection" | "bad-answer";

  constructor(reason: BodyError["reason"], message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.reason = reason;
  }
}

/** Reads a body, and no further than `maxBytes`; throws {@link BodyError}. */
export async function readBody(
  { body }: FetchAnswer,
  maxBytes: number,
  signal: AbortSignal,
): Promise<Uint8Array<ArrayBuffer>> {
  if (body === null) return new Uint8Array();
  const reader = body.getReader();
  const parts: Uint8Array[] = [];
  let size = 0;
  try {
    for (;;) {
      const { done, value } = await readPart(reader.read(), signal);
      if (value !== undefined) {
        parts.push(value);
        size += value.byteLength;
      }
      if (size > maxBytes) throw new BodyError("too-large", `The answer has more than ${maxBytes} bytes.`);
      if (done) return join(parts, size);
    }
  } catch (error) {
    // Nobody waits for it: what the connection says to being given up does not matter any more.
    reader.cancel().catch(() => undefined);
    throw error;
  }
}

/** Reads bytes as UTF-8; throws {@link BodyError} for what is none. */
export function decodeBody(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (error) {
    throw new BodyError("bad-answer", "The answer is not UTF-8.", error);
  }
}

function join(parts: readonly Uint8Array[], size: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.byteLength;
  }
  return bytes;
}

async function readPart<T>(part: Promise<T>, signal: AbortSignal): Promise<T> {
  try {
    return await untilAborted(part, signal);
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    throw new BodyError("connection", "The connection broke in the middle of the answer.", error);
  }
}
