import type { Socket } from "node:net";
import {
  BEGIN_ROOM,
  FLAG,
  FRAME,
  FRAME_HEAD,
  fieldRoom,
  HpackEncoder,
  MAX_FRAME_BYTES,
  writeFrameHead,
  writeUint32,
} from "../../../wire/http2/index.ts";
import { fieldName } from "./field-names.ts";

/** Frames are gathered in a buffer of this size. */
const BUFFER_BYTES = 65_536;
/** Beyond this the peer takes its answers too slowly, so nothing more is read of it and no more bodies are sent. */
const CONGESTED_BYTES = 1_048_576;

/** For a block of headers beside its fields: its frame, changes of the table, the status. */
const HEAD_ROOM = FRAME_HEAD + BEGIN_ROOM + fieldRoom(":status", "200");

/** A buffer that nobody uses: mostly the kernel takes what is written at once, so one is enough for all connections. */
let spare: Buffer | undefined;

/**
 * Writes the frames of one connection. What is written while a chunk is read, or in one turn of the loop, leaves in one
 * write.
 */
export class Output {
  readonly encoder = new HpackEncoder();
  readonly #socket: Socket;
  /** TLS keeps what it is given until the kernel has taken it, so it is given copies. */
  readonly #copies: boolean;
  #buffer: Buffer | undefined;
  #at = 0;
  #isScheduled = false;
  /** Somebody will flush: a chunk is being read. */
  isHeld = false;
  /** Bytes of headers and bodies. */
  bytesAnswered = 0;

  constructor(socket: Socket) {
    this.#socket = socket;
    this.#copies = "encrypted" in socket;
  }

  /** Whether the peer takes too slowly what has been written. */
  get isCongested(): boolean {
    return this.#socket.writableLength > CONGESTED_BYTES;
  }

  /**
   * Writes a block of headers: a status unless it is one of trailers, then names and values in turn. Throws TypeError,
   * and writes nothing, for what no header may hold.
   */
  headers(
    stream: number,
    status: number | undefined,
    isLast: boolean,
    ...lists: (readonly string[])[]
  ): void {
    let room = HEAD_ROOM;
    for (const list of lists) {
      for (let at = 0; at + 1 < list.length; at += 2) room += fieldRoom(list[at]!, list[at + 1]!);
    }
    const { encoder } = this;
    const out = this.#room(room);
    const start = this.#at;
    const from = start + FRAME_HEAD;
    let at = encoder.begin(out, from);
    if (status !== undefined) at = encoder.field(out, at, ":status", statusText(status), "index");
    for (const list of lists) {
      for (let index = 0; index + 1 < list.length; index += 2) {
        const { name, how } = fieldName(list[index]!);
        at = encoder.field(out, at, name, list[index + 1]!, how);
      }
    }
    const flags = isLast ? FLAG.endStream : 0;
    if (at - from <= MAX_FRAME_BYTES) {
      writeFrameHead(out, start, at - from, FRAME.headers, flags | FLAG.endHeaders, stream);
      this.#at = at;
    } else this.#inPieces(stream, flags, Buffer.from(out.subarray(from, at)));
    this.bytesAnswered += at - start;
    this.#schedule();
  }

  /** Writes a frame of a body: the bytes from `from` to `to`, at most {@link MAX_FRAME_BYTES}. */
  data(stream: number, bytes: Uint8Array, from: number, to: number, isLast: boolean): void {
    const length = to - from;
    const out = this.#room(FRAME_HEAD + length);
    this.bytesAnswered += length;
    this.#at = writeFrameHead(out, this.#at, length, FRAME.data, isLast ? FLAG.endStream : 0, stream);
    copy(bytes, from, to, out, this.#at);
    this.#at += length;
    this.#schedule();
  }

  /** Writes a frame of a few bytes. */
  frame(type: number, flags: number, stream: number, payload: Uint8Array): void {
    const out = this.#room(FRAME_HEAD + payload.length);
    this.#at = writeFrameHead(out, this.#at, payload.length, type, flags, stream);
    out.set(payload, this.#at);
    this.#at += payload.length;
    this.#schedule();
  }

  /** Writes a frame whose payload is one number: WINDOW_UPDATE or RST_STREAM. */
  number(type: number, stream: number, value: number): void {
    const out = this.#room(FRAME_HEAD + 4);
    this.#at = writeUint32(out, writeFrameHead(out, this.#at, 4, type, 0, stream), value);
    this.#schedule();
  }

  /** Hands to the socket what has been written. */
  flush(): void {
    const buffer = this.#buffer;
    const length = this.#at;
    if (buffer === undefined) return;
    this.#at = 0;
    this.#buffer = undefined;
    const socket = this.#socket;
    if (length > 0 && socket.writable) {
      const written = buffer.subarray(0, length);
      // What waits behind something else would keep the whole buffer from others.
      const isCopied = this.#copies || socket.writableLength > 0;
      socket.write(isCopied ? Buffer.from(written) : written);
      if (!isCopied && socket.writableLength > 0) return;
    }
    if (buffer.length === BUFFER_BYTES) spare = buffer;
  }

  #schedule(): void {
    if (this.isHeld || this.#isScheduled) return;
    this.#isScheduled = true;
    process.nextTick(flushNow, this);
  }

  /** Called at the end of a turn. */
  flushScheduled(): void {
    this.#isScheduled = false;
    if (!this.isHeld) this.flush();
  }

  #room(bytes: number): Buffer {
    if (this.#buffer !== undefined && this.#buffer.length - this.#at >= bytes) return this.#buffer;
    this.flush();
    if (bytes > BUFFER_BYTES) this.#buffer = Buffer.allocUnsafeSlow(bytes);
    else {
      this.#buffer = spare ?? Buffer.allocUnsafeSlow(BUFFER_BYTES);
      spare = undefined;
    }
    return this.#buffer;
  }

  /** A block that one frame cannot hold goes on in others (RFC 9113 section 4.3). */
  #inPieces(stream: number, flags: number, block: Buffer): void {
    for (let at = 0; at < block.length; at += MAX_FRAME_BYTES) {
      const piece = block.subarray(at, at + MAX_FRAME_BYTES);
      const last = at + piece.length === block.length ? FLAG.endHeaders : 0;
      if (at === 0) this.frame(FRAME.headers, flags, stream, piece);
      else this.frame(FRAME.continuation, last, stream, piece);
    }
  }
}

function flushNow(output: Output): void {
  output.flushScheduled();
}

/** Short bodies are copied here: a call into the runtime costs more than a hundred bytes. */
const COPIED_BY_HAND = 64;

function copy(bytes: Uint8Array, from: number, to: number, out: Buffer, at: number): void {
  if (to - from > COPIED_BY_HAND)
    out.set(from === 0 && to === bytes.length ? bytes : bytes.subarray(from, to), at);
  else for (let index = from; index < to; index++) out[at++] = bytes[index]!;
}

const statusTexts: string[] = [];

function statusText(status: number): string {
  statusTexts[status] ??= String(status);
  return statusTexts[status];
}
