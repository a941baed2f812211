import {
  FRAME,
  FRAME_HEAD,
  HTTP2_ERROR,
  Http2Error,
  MAX_FRAME_BYTES,
  PREFACE,
  readUint32,
} from "./frames.ts";

/** Takes one frame: its payload is `bytes` from `from` to `to`, and lies there only during the call. */
export type OnFrame = (
  type: number,
  flags: number,
  stream: number,
  bytes: Buffer,
  from: number,
  to: number,
) => void;

/** Where the head of a frame has its type. */
const TYPE_AT = 3;

/**
 * Splits what a client says into frames, after its preface. A frame that has not come whole waits; frames are at most
 * {@link MAX_FRAME_BYTES} long, and so is what waits. Throws Http2Error for a wrong preface and for frames that are too long.
 */
export class FrameSplitter {
  readonly #onFrame: OnFrame;
  #waiting: Buffer | undefined;
  #isStarted = false;
  /** Frames that have come whole. */
  count = 0;

  constructor(onFrame: OnFrame) {
    this.#onFrame = onFrame;
  }

  /** Whether a frame has begun and not ended, other than a piece of a body. */
  get isWithinFrame(): boolean {
    return this.#waiting !== undefined && this.#waiting[TYPE_AT] !== FRAME.data;
  }

  push(chunk: Buffer): void {
    const bytes = this.#waiting === undefined ? chunk : Buffer.concat([this.#waiting, chunk]);
    this.#waiting = undefined;
    const end = bytes.length;
    let at = this.#isStarted ? 0 : this.#readPreface(bytes);
    while (end - at >= FRAME_HEAD) {
      const length = (bytes[at]! << 16) | (bytes[at + 1]! << 8) | bytes[at + 2]!;
      if (length > MAX_FRAME_BYTES) throw new Http2Error(HTTP2_ERROR.frameSize, "a frame is too long");
      const from = at + FRAME_HEAD;
      const to = from + length;
      if (to > end) break;
      this.count++;
      this.#onFrame(bytes[at + 3]!, bytes[at + 4]!, readUint32(bytes, at + 5) & 0x7fff_ffff, bytes, from, to);
      at = to;
    }
    if (at < end) this.#waiting = bytes.subarray(at);
  }

  /** Where the preface ends, or 0 where it has not come whole. */
  #readPreface(bytes: Buffer): number {
    const length = Math.min(bytes.length, PREFACE.length);
    if (bytes.toString("latin1", 0, length) !== PREFACE.slice(0, length)) {
      throw new Http2Error(HTTP2_ERROR.protocol, "the connection does not begin with the preface");
    }
    if (length < PREFACE.length) {
      this.#waiting = bytes;
      return bytes.length;
    }
    this.#isStarted = true;
    return length;
  }
}
