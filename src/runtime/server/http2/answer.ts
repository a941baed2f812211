import { HIGHEST_31, MAX_FRAME_BYTES } from "../../../wire/http2/index.ts";
import {
  checkHeaders,
  type HttpResponse,
  type TrailerWriter,
  type WholeAnswer,
} from "../../protocols/index.ts";
import { httpDate } from "../http-date.ts";
import type { Output } from "./output.ts";

/** The connection that answers go to, as they see it. */
export interface AnswerConnection {
  readonly output: Output;
  /** Bytes of bodies that the peer still takes, on all streams together. */
  window: number;
  /** Answers whose peer takes nothing more for now; each is told to {@link Http2Answer.pump} when it may again. */
  readonly waiting: Set<Http2Answer>;
}

/** The stream that an answer belongs to. */
export interface AnsweredStream {
  readonly id: number;
  /** The answer has been written, to its end. */
  answered(): void;
  /** Calls off the rest of the request, once the answer has been written. */
  close(code: number): void;
}

const NONE: readonly string[] = [];
const EMPTY = new Uint8Array(0);

/**
 * The answer on one stream. Its body goes no faster than the peer's windows allow; what they do not waits here. Whatever
 * is written after the stream has closed goes nowhere.
 */
export class Http2Answer implements HttpResponse, TrailerWriter {
  headersSent = false;
  writableFinished = false;
  readonly #stream: AnsweredStream;
  readonly #connection: AnswerConnection;
  readonly #isToHead: boolean;
  #window: number;
  #isClosed = false;
  /** Nothing comes after what waits. */
  #isEnding = false;
  #waiting: Uint8Array[] | undefined;
  #trailers: readonly string[] | undefined;
  #onDrain: (() => void)[] | undefined;
  #onClose: (() => void)[] | undefined;

  constructor(stream: AnsweredStream, connection: AnswerConnection, window: number, isToHead: boolean) {
    this.#stream = stream;
    this.#connection = connection;
    this.#window = window;
    this.#isToHead = isToHead;
  }

  get trailers(): TrailerWriter {
    return this;
  }

  sendWhole({ status, fixed, headers, size, body }: WholeAnswer): void {
    const length = size === undefined ? NONE : ["content-length", String(size)];
    const hasBody = body !== undefined && body.length > 0;
    this.#head(status, !hasBody, fixed.pairs, headers, length);
    if (hasBody) this.#finish(toBytes(body));
    else this.#finished();
  }

  writeHead(status: number, headers: readonly string[]): void {
    this.#head(status, false, headers);
  }

  write(chunk: string | Uint8Array): boolean {
    if (this.#isClosed || this.#isEnding || this.#isToHead || chunk.length === 0) return true;
    this.#send(toBytes(chunk));
    const { output, waiting } = this.#connection;
    if (output.isCongested) waiting.add(this);
    return !waiting.has(this);
  }

  end(chunk: string | Uint8Array = EMPTY): void {
    this.#finish(this.#isToHead ? EMPTY : toBytes(chunk));
  }

  begin(headers: readonly string[]): void {
    this.writeHead(200, headers);
  }

  finish(trailers: readonly string[], last: Uint8Array = EMPTY): void {
    // Now, since they may be written only when the peer has taken the body.
    checkHeaders(trailers);
    this.#trailers = trailers;
    this.#finish(last);
    this.#stream.close(0);
  }

  only(headers: readonly string[]): void {
    this.#head(200, true, headers);
    this.#finished();
    this.#stream.close(0);
  }

  writeContinue(): void {
    if (!this.#isClosed && !this.headersSent) this.#connection.output.headers(this.#stream.id, 100, false);
  }

  once(event: "close" | "finish" | "drain", listener: () => void): void {
    if (event === "drain") {
      this.#onDrain ??= [];
      this.#onDrain.push(listener);
    } else {
      this.#onClose ??= [];
      this.#onClose.push(listener);
    }
  }

  /** The peer takes so many more bytes on this stream, or fewer; false where that is more than can be. */
  widen(bytes: number): boolean {
    this.#window += bytes;
    return this.#window <= HIGHEST_31;
  }

  /** Sends one frame of what waits, if there is room for it; whether it did. */
  pump(): boolean {
    const [first] = this.#waiting ?? [];
    const { output, waiting } = this.#connection;
    if (output.isCongested) return false;
    if (first === undefined) {
      waiting.delete(this);
      this.#tell(this.#onDrain);
      return false;
    }
    const length = this.#room(first.length);
    if (length === 0) return false;
    if (length < first.length) this.#waiting![0] = first.subarray(length);
    else this.#waiting!.shift();
    if (this.#waiting!.length === 0) this.#waiting = undefined;
    this.#frame(first, 0, length);
    return true;
  }

  /** The stream has closed. */
  closed(): void {
    this.#isClosed = true;
    this.#waiting = undefined;
    this.#connection.waiting.delete(this);
    this.#tell(this.#onClose);
  }

  #head(status: number, isLast: boolean, ...lists: (readonly string[])[]): void {
    if (this.#isClosed || this.headersSent) return;
    this.#connection.output.headers(this.#stream.id, status, isLast, ...lists, ["date", httpDate()]);
    this.headersSent = true;
  }

  #finish(last: Uint8Array): void {
    if (this.#isClosed || this.#isEnding) return;
    this.#isEnding = true;
    this.#send(last);
  }

  /** Writes a piece of the body, as much as there is room for; the rest waits. */
  #send(bytes: Uint8Array): void {
    if (this.#waiting !== undefined) {
      if (bytes.length > 0) this.#waiting.push(bytes);
      return;
    }
    if (bytes.length === 0) return void this.#frame(bytes, 0, 0);
    let at = 0;
    while (at < bytes.length) {
      const length = this.#connection.output.isCongested ? 0 : this.#room(bytes.length - at);
      if (length === 0) {
        this.#waiting = [bytes.subarray(at)];
        this.#connection.waiting.add(this);
        return;
      }
      this.#frame(bytes, at, at + length);
      at += length;
    }
  }

  /** How many of so many bytes the peer takes now. */
  #room(length: number): number {
    return Math.max(0, Math.min(length, this.#window, this.#connection.window, MAX_FRAME_BYTES));
  }

  /** Writes a frame, and the end of the answer where nothing else comes. */
  #frame(bytes: Uint8Array, from: number, to: number): void {
    const isEnd = this.#isEnding && to === bytes.length && this.#waiting === undefined;
    const { output } = this.#connection;
    this.#window -= to - from;
    this.#connection.window -= to - from;
    const hasTrailers = this.#trailers !== undefined;
    if (to > from || !hasTrailers) output.data(this.#stream.id, bytes, from, to, isEnd && !hasTrailers);
    if (!isEnd) return;
    if (this.#trailers !== undefined) output.headers(this.#stream.id, undefined, true, this.#trailers);
    this.#finished();
  }

  #finished(): void {
    this.#isEnding = true;
    if (this.#isClosed) return;
    this.writableFinished = true;
    this.#stream.answered();
  }

  #tell(listeners: (() => void)[] | undefined): void {
    for (const listener of listeners?.splice(0) ?? []) listener();
  }
}

function toBytes(body: string | Uint8Array): Uint8Array {
  return typeof body === "string" ? Buffer.from(body) : body;
}
