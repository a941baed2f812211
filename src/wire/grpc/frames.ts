import { RpcError } from "./rpc-error.ts";

/** Bytes before each message: flags, then the length as 32 bits (gRPC PROTOCOL-HTTP2, Connect "enveloped message"). */
export const FRAME_HEAD_BYTES = 5;

/** Flags of a frame: the message is compressed; Connect's end of stream; gRPC-Web's trailers. */
export const FRAME_FLAGS = { compressed: 0x01, endStream: 0x02, trailers: 0x80 } as const;

/** One message as it came. */
export interface Frame {
  readonly flags: number;
  readonly bytes: Uint8Array;
}

/** What is held for a message that has only begun to come grows by this much at least. */
const LEAST_GROWTH_BYTES = 1024;

/**
 * Finds messages in the pieces of a body, however those are cut. A message that is announced to be larger than
 * `maxBytes` is refused with RESOURCE_EXHAUSTED when its head has come; what is held is never more than twice what has
 * come, whatever a head announces.
 */
export class FrameReader {
  readonly #maxBytes: number;
  #held: Uint8Array<ArrayBufferLike> = EMPTY;
  #start = 0;
  #end = 0;
  /** The held bytes are in a buffer of ours, with room behind them. */
  #isOwn = false;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** Whether a message has begun that is not complete. */
  get isPartial(): boolean {
    return this.#end > this.#start;
  }

  /** Takes one piece; it must not be changed afterwards. */
  push(chunk: Uint8Array): void {
    const kept = this.#end - this.#start;
    if (kept === 0) {
      this.#held = chunk;
      this.#start = 0;
      this.#end = chunk.length;
      this.#isOwn = false;
      return;
    }
    const needed = kept + chunk.length;
    if (!this.#isOwn || this.#end + chunk.length > this.#held.length) {
      // Messages already handed out are views of the old buffer, which stays as it is.
      const larger = new Uint8Array(Math.max(needed * 2, LEAST_GROWTH_BYTES));
      larger.set(this.#held.subarray(this.#start, this.#end));
      this.#held = larger;
      this.#start = 0;
      this.#end = kept;
      this.#isOwn = true;
    }
    this.#held.set(chunk, this.#end);
    this.#end += chunk.length;
  }

  /** The next whole message; undefined until it has come. */
  next(): Frame | undefined {
    const held = this.#held;
    const at = this.#start;
    if (this.#end - at < FRAME_HEAD_BYTES) return undefined;
    const length =
      ((held[at + 1]! << 24) | (held[at + 2]! << 16) | (held[at + 3]! << 8) | held[at + 4]!) >>> 0;
    if (length > this.#maxBytes) throw tooLargeMessage(this.#maxBytes);
    const from = at + FRAME_HEAD_BYTES;
    if (this.#end - from < length) return undefined;
    this.#start = from + length;
    return { flags: held[at]!, bytes: held.subarray(from, from + length) };
  }
}

const EMPTY = new Uint8Array(0);

/** For a request message of more bytes than are taken. */
export function tooLargeMessage(maxBytes: number): RpcError {
  return new RpcError("RESOURCE_EXHAUSTED", `The request message is larger than ${maxBytes} bytes.`);
}

/** Writes one message with its head. */
export function writeFrame(flags: number, message: Uint8Array): Uint8Array {
  const frame = new Uint8Array(FRAME_HEAD_BYTES + message.length);
  writeFrameHead(frame, flags, message.length);
  frame.set(message, FRAME_HEAD_BYTES);
  return frame;
}

/** Writes the head alone, at the beginning of `into`. */
export function writeFrameHead(into: Uint8Array, flags: number, length: number): void {
  into[0] = flags;
  into[1] = length >>> 24;
  into[2] = length >>> 16;
  into[3] = length >>> 8;
  into[4] = length;
}
