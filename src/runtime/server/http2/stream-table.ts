import { isRpcContentType } from "../../../wire/grpc/content-type.ts";
import { FRAME, HTTP2_ERROR, Http2Error, type RequestFields } from "../../../wire/http2/index.ts";
import type { Exchange } from "../../protocols/index.ts";
import type { ServerLimits } from "../limits.ts";
import type { Http2Answer } from "./answer.ts";
import { Budget } from "./budget.ts";
import type { RequestBody } from "./request-body.ts";
import { Http2Stream, type StreamConnection } from "./stream.ts";

/** What the streams of one server share. */
export interface StreamHost {
  readonly limits: ServerLimits;
  /** Makes the exchange of a request. */
  readonly open: (
    stream: Http2Stream,
    answer: Http2Answer,
    body: RequestBody | Buffer | undefined,
  ) => Exchange;
  /** Has it answered, perhaps before this returns. */
  readonly serve: (exchange: Exchange, stream: Http2Stream) => void;
}

/** The connection of the table, as it sees it. */
export interface TabledConnection extends StreamConnection {
  /** Takes no more streams. */
  readonly isClosing: boolean;
  beginRpc(): void;
  endRpc(): void;
  /** The last stream has closed. */
  onEmpty(): void;
}

/** Streams that were reset here may still get frames which the peer wrote before it knew; of so many that is known. */
const MAX_REMEMBERED_RESETS = 256;

/** The streams of one connection. */
export class StreamTable {
  /** How much of no use the peer has asked for. */
  readonly budget = new Budget();
  /** The highest stream that the peer has opened. */
  last = 0;
  readonly #connection: TabledConnection;
  readonly #host: StreamHost;
  readonly #open = new Map<number, Http2Stream>();
  /** Requests of the chunk being read whose bodies had not come with them. */
  #begun: Http2Stream[] = [];
  readonly #resets = new Set<number>();

  constructor(connection: TabledConnection, host: StreamHost) {
    this.#connection = connection;
    this.#host = host;
  }

  get size(): number {
    return this.#open.size;
  }

  get(id: number): Http2Stream | undefined {
    return this.#open.get(id);
  }

  values(): Iterable<Http2Stream> {
    return this.#open.values();
  }

  /** A request has come: all of it, or its head; without fields a malformed one. */
  open(id: number, fields: RequestFields | undefined, isWhole: boolean): void {
    const connection = this.#connection;
    this.last = id;
    if (fields === undefined) return void this.refuse(id, HTTP2_ERROR.protocol);
    if (connection.isClosing) return void this.#sendReset(id, HTTP2_ERROR.refusedStream);
    if (this.#open.size >= this.#host.limits.maxStreamsPerConnection) {
      return void this.refuse(id, HTTP2_ERROR.refusedStream);
    }
    const stream = new Http2Stream(connection, id, fields, isWhole);
    this.#open.set(id, stream);
    if (isRpc(stream)) connection.beginRpc();
    if (!isWhole) this.#begun.push(stream);
    else if (stream.fits(true)) this.#serve(stream);
    else this.refuse(id, HTTP2_ERROR.protocol);
  }

  /** All of the request has come. */
  end(stream: Http2Stream): void {
    stream.end();
    if (stream.exchange === undefined) this.#serve(stream);
  }

  /** A chunk has been read: what has not come with its head is read as it comes. */
  serveBegun(): void {
    if (this.#begun.length === 0) return;
    const begun = this.#begun;
    this.#begun = [];
    for (const stream of begun) {
      if (stream.exchange === undefined && this.#open.has(stream.id)) this.#serve(stream);
    }
  }

  /** Ends a stream for what the peer has done; throws Http2Error where it has done so too often. */
  refuse(id: number, code: number): void {
    const stream = this.#open.get(id);
    if (stream === undefined) this.#sendReset(id, code);
    else this.reset(stream, code);
    this.#countReset();
  }

  /** The peer has ended a stream before its time; throws Http2Error where it has done so too often. */
  onReset(id: number): void {
    const stream = this.#open.get(id);
    if (stream === undefined) return;
    this.release(stream);
    this.#countReset();
  }

  /** Whether the stream is one that was reset here, so that the peer may not have known when it wrote. */
  wasReset(id: number): boolean {
    return this.#resets.has(id);
  }

  /** Tells the peer that a stream is over. */
  reset(stream: Http2Stream, code: number): void {
    this.#sendReset(stream.id, code);
    this.release(stream);
  }

  /** A stream is over. */
  release(stream: Http2Stream): void {
    if (!this.#open.delete(stream.id)) return;
    if (isRpc(stream)) this.#connection.endRpc();
    stream.closed();
    if (this.#open.size === 0) this.#connection.onEmpty();
  }

  /** The connection is over. */
  closeAll(): void {
    for (const stream of this.#open.values()) this.release(stream);
  }

  #serve(stream: Http2Stream): void {
    const exchange = this.#host.open(stream, stream.answer, stream.body());
    stream.exchange = exchange;
    this.#host.serve(exchange, stream);
  }

  #sendReset(id: number, code: number): void {
    this.#connection.output.number(FRAME.rstStream, id, code);
    this.#resets.add(id);
    if (this.#resets.size <= MAX_REMEMBERED_RESETS) return;
    const [oldest] = this.#resets;
    if (oldest !== undefined) this.#resets.delete(oldest);
  }

  #countReset(): void {
    if (this.budget.reset()) return;
    throw new Http2Error(HTTP2_ERROR.enhanceYourCalm, "too many streams were reset");
  }
}

function isRpc({ headers }: Http2Stream): boolean {
  const type = headers["content-type"];
  return type !== undefined && isRpcContentType(type);
}
