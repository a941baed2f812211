import type { Socket } from "node:net";
import type { Exchange, HttpRequest } from "../protocols/index.ts";
import { type AnswerConnection, DirectAnswer } from "./direct-answer.ts";
import { HeadReader } from "./direct-head.ts";
import type { ServerLimits } from "./limits.ts";

/** What the connections of one server share. */
export interface DirectHost {
  readonly limits: ServerLimits;
  /** Makes the exchange of a plain request. */
  readonly open: (request: HttpRequest, answer: DirectAnswer, body: Buffer | undefined) => Exchange;
  /** Has it answered, perhaps before this returns. */
  readonly serve: (exchange: Exchange) => void;
  /** Takes a connection back that has something else to say; its bytes are in the socket again. */
  readonly handOver: (socket: Socket) => void;
  readonly connections: Set<DirectConnection>;
  /** Last header lines of an answer that the connection outlives, and the empty line. */
  readonly keepAlive: string;
}

/** More than this of what comes while a request is under way waits in the kernel. */
const MAX_WAITING_BYTES = 65_536;

/** One connection that plain HTTP/1.1 requests are read from, one at a time, until something else comes. */
export class DirectConnection implements AnswerConnection {
  readonly socket: Socket;
  readonly #host: DirectHost;
  readonly #reader: HeadReader;
  #exchange: Exchange | undefined;
  /** Bytes that came while a request was under way. */
  #waiting: Buffer | undefined;
  #reading = false;
  #sending = false;
  #left = false;
  #requests = 0;
  /** When bytes came or went last, by performance.now(). */
  activeAt = performance.now();

  constructor(socket: Socket, host: DirectHost) {
    this.socket = socket;
    this.#host = host;
    this.#reader = new HeadReader(host.limits);
    host.connections.add(this);
    socket.on("data", this.#onData).on("end", this.#onEnd).on("close", this.#onClose);
  }

  /** Whether a request is under way, and whether its answer is. */
  get state(): "resting" | "busy" | "sending" {
    if (this.#sending) return "sending";
    return this.#exchange === undefined ? "resting" : "busy";
  }

  get keepAlive(): string {
    return this.#host.keepAlive;
  }

  /** The request now read is the last that this connection may carry. */
  get worn(): boolean {
    return this.#requests >= this.#host.limits.maxRequestsPerConnection;
  }

  active(): void {
    this.activeAt = performance.now();
  }

  /** The socket's own timer knows whether the kernel still gets rid of bytes; it is set anew with each write. */
  sending(): void {
    if (this.#sending) return;
    this.#sending = true;
    const { socket } = this;
    socket.setTimeout(this.#host.limits.idleTimeoutMs).on("timeout", destroy);
  }

  /** The answer is with the kernel. With `last` the connection ends. */
  answered(last: boolean): void {
    const exchange = this.#exchange;
    this.#exchange = undefined;
    if (this.#sending) {
      this.#sending = false;
      this.socket.setTimeout(0).off("timeout", destroy);
    }
    exchange?.closed();
    this.activeAt = exchange?.endedAt ?? performance.now();
    if (last) {
      this.#leave();
      this.socket.destroySoon();
    } else if (!this.#reading) this.#resume();
  }

  readonly #onData = (chunk: Buffer): void => {
    if (this.#exchange === undefined && this.#waiting === undefined) {
      this.#read(chunk);
      return;
    }
    this.activeAt = performance.now();
    this.#waiting = this.#waiting === undefined ? chunk : Buffer.concat([this.#waiting, chunk]);
    if (this.#waiting.length > MAX_WAITING_BYTES) this.socket.pause();
  };

  /** As with Node's server, the end of what the client says ends the connection, and with it what is under way. */
  readonly #onEnd = (): void => {
    this.socket.end();
  };

  readonly #onClose = (): void => {
    this.#leave();
    this.#exchange?.closed();
  };

  #resume(): void {
    const waiting = this.#waiting;
    if (waiting === undefined || this.#left) return;
    this.#waiting = undefined;
    if (this.socket.isPaused()) this.socket.resume();
    this.#read(waiting);
  }

  #read(chunk: Buffer): void {
    const text = chunk.toString("latin1");
    const reader = this.#reader;
    let at = 0;
    this.#reading = true;
    while (at < text.length && this.#exchange === undefined && !this.#left) {
      if (!reader.read(text, at)) {
        this.#handOver(at === 0 ? chunk : chunk.subarray(at));
        return;
      }
      at = reader.end;
      this.#requests++;
      const answer = new DirectAnswer(this, reader.method === "HEAD");
      const request = new DirectRequest(this.socket, reader);
      const { body } = reader;
      const exchange = this.#host.open(
        request,
        answer,
        body === undefined ? undefined : chunk.subarray(body, reader.end),
      );
      this.#exchange = exchange;
      this.activeAt = exchange.startedAt;
      this.#host.serve(exchange);
    }
    this.#reading = false;
    if (at < text.length && !this.#left) this.#waiting = chunk.subarray(at);
  }

  #handOver(rest: Buffer): void {
    const { socket } = this;
    this.#leave();
    socket.pause();
    socket.unshift(rest);
    this.#host.handOver(socket);
    socket.resume();
  }

  #leave(): void {
    if (this.#left) return;
    this.#left = true;
    this.#waiting = undefined;
    this.#host.connections.delete(this);
    this.socket.off("data", this.#onData).off("end", this.#onEnd).off("close", this.#onClose);
  }
}

function destroy(this: Socket): void {
  this.destroy();
}

/** A plain request: its body, if it has one, has come with its head. */
class DirectRequest implements HttpRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: HttpRequest["headers"];
  readonly socket: Socket;
  readonly httpVersionMajor = 1;
  readonly httpVersionMinor = 1;
  readonly complete = true;

  constructor(socket: Socket, { method, target, headers }: HeadReader) {
    this.socket = socket;
    this.method = method;
    this.url = target;
    this.headers = headers;
  }
}
