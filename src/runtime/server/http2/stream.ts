import type { IncomingHttpHeaders } from "node:http";
import type { Socket } from "node:net";
import type { RequestFields } from "../../../wire/http2/index.ts";
import type { Exchange, HttpStream } from "../../protocols/index.ts";
import type { ParsedRequest } from "../check-request.ts";
import { type AnswerConnection, type AnsweredStream, Http2Answer } from "./answer.ts";
import { ReceiveWindow } from "./receive-window.ts";
import { type BodyOwner, RequestBody } from "./request-body.ts";

/** The connection of streams, as they see it. */
export interface StreamConnection extends AnswerConnection {
  readonly socket: Socket;
  /** What answers to new streams may send. */
  readonly initialWindow: number;
  /** So many bytes of bodies were taken, or thrown away. */
  credit(bytes: number): void;
  /** So many bytes more may be sent on a stream. */
  creditStream(id: number, bytes: number): void;
  /** Tells the peer that a stream is over. */
  reset(stream: Http2Stream, code: number): void;
  /** Both sides have said all. */
  release(stream: Http2Stream): void;
}

/** What a client may send on a stream before it is read: enough for 20 MB/s over a round trip of 12 ms. */
export const STREAM_WINDOW = 262_144;

/** One stream: the request on it, and its answer. */
export class Http2Stream implements ParsedRequest, HttpStream, AnsweredStream, BodyOwner {
  readonly id: number;
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly rawHeaders: readonly string[];
  readonly httpVersionMajor = 2;
  readonly httpVersionMinor = 0;
  readonly answer: Http2Answer;
  readonly endAfterHeaders: boolean;
  /** Undefined until somebody serves it. */
  exchange: Exchange | undefined;
  /** The request has come, to its end. */
  complete: boolean;
  readonly #connection: StreamConnection;
  #isClosed = false;
  /** To be closed with NO_ERROR when the answer is out. */
  #isCalledOff = false;
  /** What has come of the body before somebody could read it. */
  #chunks: Buffer[] | undefined;
  #body: RequestBody | undefined;
  readonly #window = new ReceiveWindow(STREAM_WINDOW);
  /** Bytes that have come and were not taken. */
  #held = 0;
  /** Bytes still to come, by Content-Length. */
  #rest: number | undefined;

  constructor(connection: StreamConnection, id: number, fields: RequestFields, isWhole: boolean) {
    this.#connection = connection;
    this.id = id;
    this.method = fields.method;
    this.url = fields.target;
    this.headers = fields.headers;
    this.rawHeaders = fields.list;
    this.endAfterHeaders = isWhole;
    this.complete = isWhole;
    this.#rest = fields.contentLength;
    this.answer = new Http2Answer(this, connection, connection.initialWindow, fields.method === "HEAD");
  }

  get stream(): HttpStream {
    return this;
  }

  get socket(): Socket {
    return this.#connection.socket;
  }

  /** The body for who serves the request: all of it where it has come, else to be read. */
  body(): RequestBody | Buffer | undefined {
    if (this.endAfterHeaders) return undefined;
    const chunks = this.#chunks;
    this.#chunks = undefined;
    if (this.complete) {
      this.#connection.credit(this.#held);
      this.#held = 0;
      return chunks?.length === 1 ? chunks[0] : Buffer.concat(chunks ?? []);
    }
    this.#body = new RequestBody(this);
    for (const chunk of chunks ?? []) this.#body.receive(chunk);
    return this.#body;
  }

  /** Takes a frame of the body, of which `padding` bytes are none; false where there are more than the window allows. */
  receive(chunk: Buffer, padding: number): boolean {
    const bytes = chunk.length + padding;
    if (!this.#window.receive(bytes)) return false;
    this.#held += bytes;
    if (this.#rest !== undefined) this.#rest -= chunk.length;
    if (padding > 0) this.#credit(padding);
    if (chunk.length === 0) return true;
    if (this.exchange === undefined) {
      this.#chunks ??= [];
      this.#chunks.push(chunk);
    } else if (this.#body === undefined || this.#body.destroyed) this.#credit(chunk.length);
    else this.#body.receive(chunk);
    return true;
  }

  /** Whether the body may go on, or may end here, by its Content-Length. */
  fits(isEnd: boolean): boolean {
    if (this.#rest === undefined) return true;
    return isEnd ? this.#rest === 0 : this.#rest >= 0;
  }

  /** The request ends here. */
  end(): void {
    this.complete = true;
    this.#body?.finish();
    if (this.answer.writableFinished) this.#connection.release(this);
  }

  taken(bytes: number): void {
    if (!this.#isClosed) this.#credit(bytes);
  }

  answered(): void {
    if (this.complete) this.#connection.release(this);
    else if (this.#isCalledOff) this.#connection.reset(this, 0);
  }

  close(code = 0): void {
    if (this.#isClosed) return;
    if (code === 0 && !this.answer.writableFinished) this.#isCalledOff = true;
    else this.#connection.reset(this, code);
  }

  /** The stream is over: by both ends, by a reset or with its connection. */
  closed(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#connection.credit(this.#held);
    this.#held = 0;
    this.#chunks = undefined;
    this.answer.closed();
    if (!this.complete) this.#body?.abort();
    this.exchange?.closed();
  }

  #credit(bytes: number): void {
    this.#held -= bytes;
    this.#connection.credit(bytes);
    if (this.complete) return;
    const more = this.#window.open(bytes);
    if (more > 0) this.#connection.creditStream(this.id, more);
  }
}
