import type { IncomingHttpHeaders } from "node:http";
import type { OutgoingHttpHeaders, ServerHttp2Stream, ServerStreamResponseOptions } from "node:http2";
import type { Socket } from "node:net";
import type { HttpResponse, TrailerWriter } from "../protocols/index.ts";
import type { ParsedRequest } from "./check-request.ts";
import type { Http2Connection } from "./http2-connection.ts";

/** The request of an HTTP/2 stream, without node:http2's compatibility layer. */
export class StreamRequest implements ParsedRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly rawHeaders: readonly string[];
  readonly socket: Socket;
  readonly stream: ServerHttp2Stream;
  readonly httpVersionMajor = 2;
  readonly httpVersionMinor = 0;

  constructor(
    stream: ServerHttp2Stream,
    headers: IncomingHttpHeaders,
    rawHeaders: readonly string[],
    socket: Socket,
  ) {
    this.stream = stream;
    this.headers = headers;
    this.rawHeaders = rawHeaders;
    this.socket = socket;
    this.method = String(headers[":method"]);
    this.url = String(headers[":path"] ?? "");
  }

  get complete(): boolean {
    return this.stream.readableEnded;
  }
}

/** Who is told that a stream has closed: an exchange. */
export interface StreamWatcher {
  closed(): void;
}

const RESPONSE = Symbol("response");

/** A stream with its response, for listeners that all streams share. */
type AnsweredStream = ServerHttp2Stream & { [RESPONSE]?: StreamResponse | undefined };

const WITH_TRAILERS: ServerStreamResponseOptions = { waitForTrailers: true };
const HEAD_ONLY: ServerStreamResponseOptions = { endStream: true };

/**
 * The response of an HTTP/2 stream. Whatever is written after the stream has closed goes nowhere.
 *
 * The garbage collector keeps a closed stream until its next full run, since its native half holds it. So that nothing
 * of the request is kept with it, listeners are functions that all streams share, and what they need is let go when the
 * stream closes: with a closure for each listener, collecting took twice as long. Nor may a closure be made where the
 * stream comes in: what it captures is kept as long.
 */
export class StreamResponse implements HttpResponse, TrailerWriter {
  /** Told once, when the stream has closed, and let go. */
  onClose: StreamWatcher | undefined;
  /** Told after it. */
  readonly #connection: Pick<Http2Connection, "end">;
  readonly #stream: AnsweredStream;
  #trailers: readonly string[] = [];
  #finished = false;

  constructor(stream: AnsweredStream, connection: Pick<Http2Connection, "end">) {
    this.#stream = stream;
    this.#connection = connection;
    stream[RESPONSE] = this;
    stream.on("error", ignore);
    stream.on("close", onClose);
  }

  get trailers(): TrailerWriter {
    return this;
  }

  get headersSent(): boolean {
    return this.#stream.headersSent;
  }

  /** All of it has been handed over, trailers too. */
  get writableFinished(): boolean {
    return this.#finished;
  }

  writeHead(status: number, headers: readonly string[]): void {
    this.#respond(status, headers);
  }

  write(chunk: string | Uint8Array): boolean {
    return this.#isOpen ? this.#stream.write(chunk) : true;
  }

  end(chunk?: string | Uint8Array): void {
    this.#finished = this.#isOpen;
    this.#stream.end(chunk);
  }

  begin(headers: readonly string[]): void {
    this.#respond(200, headers, WITH_TRAILERS);
    this.#stream.on("wantTrailers", onWantTrailers);
  }

  finish(trailers: readonly string[], last?: Uint8Array): void {
    this.#trailers = trailers;
    this.#finished = this.#isOpen;
    this.#stream.end(last);
  }

  only(headers: readonly string[]): void {
    this.#finished = this.#isOpen;
    this.#respond(200, headers, HEAD_ONLY);
    this.#stopUpload();
  }

  writeContinue(): void {
    if (this.#isOpen) this.#stream.additionalHeaders({ ":status": 100 });
  }

  once(event: "close" | "finish" | "drain", listener: () => void): this {
    this.#stream.once(event, listener);
    return this;
  }

  /** Called when node:http2 is ready for trailers. */
  sendTrailers(): void {
    if (!this.#isOpen) return;
    this.#stream.sendTrailers(toHeaders(this.#trailers));
    this.#stopUpload();
  }

  /** Called when the stream has closed. */
  closed(): void {
    const watcher = this.onClose;
    this.onClose = undefined;
    watcher?.closed();
    this.#connection.end(true);
  }

  get #isOpen(): boolean {
    return !this.#stream.destroyed && !this.#stream.closed;
  }

  #respond(status: number, headers: readonly string[], options?: ServerStreamResponseOptions): void {
    if (this.#isOpen) this.#stream.respond([":status", String(status), ...headers], options);
  }

  /**
   * RFC 9113 section 8.1: after an early answer the rest of the body is called off without an error. node:http2 sends
   * trailers in the next turn of the loop, and this must come after them.
   */
  #stopUpload(): void {
    if (this.#stream.readableEnded || this.#stream.endAfterHeaders) return;
    setImmediate(() => {
      if (this.#isOpen && !this.#stream.readableEnded) this.#stream.close(0);
    });
  }
}

function onWantTrailers(this: AnsweredStream): void {
  this[RESPONSE]?.sendTrailers();
}

function onClose(this: AnsweredStream): void {
  const response = this[RESPONSE];
  this[RESPONSE] = undefined;
  response?.closed();
}

function ignore(): void {}

/** Names and values in turn as node:http2 takes trailers: values of a name that comes again become a list. */
function toHeaders(pairs: readonly string[]): OutgoingHttpHeaders {
  const headers: Record<string, string | string[]> = {};
  for (let at = 0; at + 1 < pairs.length; at += 2) {
    const name = pairs[at]!;
    const value = pairs[at + 1]!;
    const before = headers[name];
    headers[name] = before === undefined ? value : [before, value].flat();
  }
  return headers;
}
