import {
  FLAG,
  FRAME,
  FRAME_HEAD,
  FrameSplitter,
  HTTP2_ERROR,
  Http2Error,
  type PeerSettings,
  readSettings,
  readUint32,
} from "../../../wire/http2/index.ts";
import type { ServerLimits } from "../limits.ts";
import { HeaderBlocks } from "./header-blocks.ts";
import type { Http2Stream } from "./stream.ts";
import type { StreamTable } from "./stream-table.ts";

/** A connection as its frames see it. What throws Http2Error ends it. */
export interface ReceivingConnection {
  /** Bytes of headers and bodies sent. */
  readonly bytesAnswered: number;
  /** So many bytes of a body have come. */
  receive(bytes: number): void;
  /** So many bytes of bodies need not be kept. */
  credit(bytes: number): void;
  readonly settings: PeerSettings;
  onSettings(settings: PeerSettings): void;
  /** The peer wants the connection to end when its streams have. */
  onGoAway(): void;
  onPing(payload: Buffer, isAnswer: boolean): void;
  /** The peer takes so many bytes more: on one stream, or (0) on the connection. */
  onWindow(stream: number, bytes: number): void;
}

const GREETING = "greeting";
/** Bytes of what PRIORITY says, alone or in HEADERS. */
const PRIORITY_BYTES = 5;

/** Acts on the frames of a connection (RFC 9113 section 6). */
export class Receiver {
  readonly #blocks: HeaderBlocks;
  readonly #splitter = new FrameSplitter((type, flags, id, bytes, from, to) =>
    this.#onFrame(type, flags, id, bytes, from, to),
  );
  readonly #connection: ReceivingConnection;
  readonly #streams: StreamTable;
  /** The settings that belong to the preface have come (RFC 9113 section 3.4). */
  #isGreeted = false;
  /** What had begun and not come to its end when last looked at, and since when. */
  #awaited: unknown = GREETING;
  #awaitedSince = performance.now();

  constructor(connection: ReceivingConnection, streams: StreamTable, limits: ServerLimits) {
    this.#connection = connection;
    this.#streams = streams;
    this.#blocks = new HeaderBlocks(limits);
  }

  /** Acts on what a chunk has of frames. */
  push(chunk: Buffer): void {
    this.#splitter.push(chunk);
  }

  /**
   * Since when the peer owes the end of what it has begun: its greeting, a block of headers or a frame. Pieces of a body
   * aside, which have the time that a body has. To be called every now and then; `now` by performance.now().
   */
  waitsSince(now: number): number {
    const { isWithinFrame, count } = this.#splitter;
    const awaited = this.#isGreeted ? (this.#blocks.open ?? (isWithinFrame ? count : undefined)) : GREETING;
    if (awaited === undefined || awaited !== this.#awaited) {
      this.#awaited = awaited;
      this.#awaitedSince = now;
    }
    return this.#awaitedSince;
  }

  #onFrame(type: number, flags: number, id: number, bytes: Buffer, from: number, to: number): void {
    if (!this.#isGreeted) this.#greet(type, flags);
    const { open } = this.#blocks;
    if (open !== undefined && (type !== FRAME.continuation || id !== open.stream)) {
      throw new Http2Error(HTTP2_ERROR.protocol, "a block of headers was interrupted");
    }
    if (type === FRAME.data) this.#onData(flags, id, bytes, from, to);
    else if (type === FRAME.headers) this.#onHeaders(flags, id, bytes, from, to);
    else {
      this.#spend(to - from);
      this.#onOther(type, flags, id, bytes, from, to);
    }
  }

  #greet(type: number, flags: number): void {
    if (type !== FRAME.settings || (flags & FLAG.ack) !== 0) {
      throw new Http2Error(HTTP2_ERROR.protocol, "the connection does not begin with SETTINGS");
    }
    this.#isGreeted = true;
  }

  #onOther(type: number, flags: number, id: number, bytes: Buffer, from: number, to: number): void {
    const length = to - from;
    switch (type) {
      case FRAME.settings:
        return void this.#onSettings(flags, id, bytes, from, to);
      case FRAME.windowUpdate:
        expectLength(length, 4);
        return void this.#connection.onWindow(this.#known(id), readUint32(bytes, from) & 0x7fff_ffff);
      case FRAME.ping:
        expectConnection(id);
        expectLength(length, 8);
        return void this.#connection.onPing(bytes.subarray(from, to), (flags & FLAG.ack) !== 0);
      case FRAME.rstStream:
        expectStream(id);
        expectLength(length, 4);
        return void this.#streams.onReset(this.#known(id));
      case FRAME.continuation:
        return void this.#onContinuation(flags, bytes.subarray(from, to));
      case FRAME.priority:
        expectStream(id);
        // Deprecated (RFC 9113 section 5.3.2), so nothing is done with it.
        return void expectLength(length, PRIORITY_BYTES);
      case FRAME.goaway:
        expectConnection(id);
        if (length < 8) throw new Http2Error(HTTP2_ERROR.frameSize, "GOAWAY is too short");
        return void this.#connection.onGoAway();
      case FRAME.pushPromise:
        throw new Http2Error(HTTP2_ERROR.protocol, "clients do not push");
    }
    // RFC 9113 section 5.5: others are ignored.
  }

  #onData(flags: number, id: number, bytes: Buffer, from: number, to: number): void {
    const connection = this.#connection;
    const streams = this.#streams;
    expectStream(id);
    const padding = (flags & FLAG.padded) === 0 ? 0 : paddingOf(bytes, from, to);
    const isLast = (flags & FLAG.endStream) !== 0;
    const size = to - from;
    if (size === padding && !isLast) this.#spend(size);
    else streams.budget.use(size);
    connection.receive(size);
    const stream = streams.get(this.#known(id));
    if (stream === undefined || stream.complete) {
      connection.credit(size);
      if (!streams.wasReset(id)) streams.refuse(id, HTTP2_ERROR.streamClosed);
      return;
    }
    const start = padding === 0 ? from : from + 1;
    if (!stream.receive(bytes.subarray(start, start + size - padding), padding)) {
      return void streams.refuse(id, HTTP2_ERROR.flowControl);
    }
    if (isLast) this.#end(stream);
    else if (!stream.fits(false)) streams.refuse(id, HTTP2_ERROR.protocol);
  }

  #onHeaders(flags: number, id: number, bytes: Buffer, from: number, to: number): void {
    if (id % 2 === 0) throw new Http2Error(HTTP2_ERROR.protocol, "clients open streams of odd numbers");
    const padding = (flags & FLAG.padded) === 0 ? 0 : paddingOf(bytes, from, to);
    const priority = (flags & FLAG.priority) === 0 ? 0 : PRIORITY_BYTES;
    const start = from + (padding === 0 ? 0 : 1) + priority;
    const end = to - (padding === 0 ? 0 : padding - 1);
    if (start > end) throw new Http2Error(HTTP2_ERROR.protocol, "padding is longer than its frame");
    this.#streams.budget.use(to - from);
    const block = bytes.subarray(start, end);
    const isLast = (flags & FLAG.endStream) !== 0;
    if ((flags & FLAG.endHeaders) !== 0) this.#onBlock(id, isLast, block);
    else this.#blocks.begin({ stream: id, isLast }, block);
  }

  #onContinuation(flags: number, piece: Buffer): void {
    const { open } = this.#blocks;
    if (open === undefined) throw new Http2Error(HTTP2_ERROR.protocol, "CONTINUATION continues nothing");
    this.#blocks.add(piece);
    if ((flags & FLAG.endHeaders) !== 0) this.#onBlock(open.stream, open.isLast, this.#blocks.join());
  }

  #onBlock(id: number, isLast: boolean, block: Buffer): void {
    const streams = this.#streams;
    const stream = streams.get(id);
    // Read in any case, since each block changes the table for those after it.
    if (stream === undefined) {
      const fields = this.#blocks.readRequest(block);
      if (id > streams.last) streams.open(id, fields, isLast);
      else if (!streams.wasReset(id)) throw new Http2Error(HTTP2_ERROR.streamClosed, "a stream is over");
      return;
    }
    const areGood = this.#blocks.readTrailers(block);
    if (stream.complete) streams.refuse(id, HTTP2_ERROR.streamClosed);
    else if (!areGood || !isLast) streams.refuse(id, HTTP2_ERROR.protocol);
    else this.#end(stream);
  }

  #end(stream: Http2Stream): void {
    if (stream.fits(true)) this.#streams.end(stream);
    else this.#streams.refuse(stream.id, HTTP2_ERROR.protocol);
  }

  #onSettings(flags: number, id: number, bytes: Buffer, from: number, to: number): void {
    expectConnection(id);
    if ((flags & FLAG.ack) !== 0) return void expectLength(to - from, 0);
    this.#connection.onSettings(readSettings(bytes, from, to, this.#connection.settings));
  }

  /** Frames other than HEADERS and PRIORITY are for streams that there have been (RFC 9113 section 5.1). */
  #known(id: number): number {
    if (id > this.#streams.last) throw new Http2Error(HTTP2_ERROR.protocol, "a stream is not open yet");
    return id;
  }

  #spend(bytes: number): void {
    const { bytesAnswered } = this.#connection;
    if (this.#streams.budget.spend(FRAME_HEAD + bytes, bytesAnswered)) return;
    throw new Http2Error(HTTP2_ERROR.enhanceYourCalm, "too many frames that carry nothing");
  }
}

/** Bytes of a frame that are padding, with the one that says how many (RFC 9113 section 6.1). */
function paddingOf(bytes: Buffer, from: number, to: number): number {
  if (from === to) throw new Http2Error(HTTP2_ERROR.frameSize, "a padded frame is empty");
  const padding = 1 + bytes[from]!;
  if (padding > to - from) throw new Http2Error(HTTP2_ERROR.protocol, "padding is longer than its frame");
  return padding;
}

function expectLength(length: number, expected: number): void {
  if (length !== expected) throw new Http2Error(HTTP2_ERROR.frameSize, "a frame has a wrong length");
}

function expectStream(id: number): void {
  if (id === 0) throw new Http2Error(HTTP2_ERROR.protocol, "a frame needs a stream");
}

function expectConnection(id: number): void {
  if (id !== 0) throw new Http2Error(HTTP2_ERROR.protocol, "a frame is for the connection, not for a stream");
}
