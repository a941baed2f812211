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

/** Reads a body as text, strictly UTF-8, and no further than `maxBytes`; throws {@link BodyError}. */
export async function readBody(
  { body }: FetchAnswer,
  maxBytes: number,
  signal: AbortSignal,
): Promise<string> {
  if (body === null) return "";
  const reader = body.getReader();
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let text = "";
  let bytes = 0;
  try {
    for (;;) {
      const { done, value } = await readPart(reader.read(), signal);
      if (value !== undefined) bytes += value.byteLength;
      if (bytes > maxBytes) {
        throw new BodyError("too-large", `The answer has more than ${maxBytes} bytes.`);
      }
      text += decodePart(decoder, value, done);
      if (done) return text;
    }
  } catch (error) {
    // Nobody waits for it: what the connection says to being given up does not matter any more.
    reader.cancel().catch(() => undefined);
    throw error;
  }
}

async function readPart<T>(part: Promise<T>, signal: AbortSignal): Promise<T> {
  try {
    return await untilAborted(part, signal);
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    throw new BodyError("connection", "The connection broke in the middle of the answer.", error);
  }
}

function decodePart(decoder: TextDecoder, value: Uint8Array | undefined, done: boolean): string {
  try {
    return decoder.decode(value, { stream: !done });
  } catch (error) {
    throw new BodyError("bad-answer", "The answer is not UTF-8.", error);
  }
}
