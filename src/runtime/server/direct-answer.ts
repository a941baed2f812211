import type { Socket } from "node:net";
import { formatHeaderLines, type HttpResponse, type WholeAnswer } from "../protocols/index.ts";
import { httpDate } from "./http-date.ts";
import { STATUS_CODES } from "./node-http.ts";

/** The connection that an answer goes to. */
export interface AnswerConnection {
  readonly socket: Socket;
  /** The connection must end with this answer, since it has carried enough. */
  readonly worn: boolean;
  /** Last header lines of an answer that the connection outlives, and the empty line. */
  readonly keepAlive: string;
  /** Something was written: the connection is in use. */
  active(): void;
  /** The answer is not with the kernel yet, and may need its time. */
  sending(): void;
  /** The answer is with the kernel. With `last` the connection ends. */
  answered(last: boolean): void;
}

const EMPTY = Buffer.alloc(0);
const CLOSE = "Connection: close\r\n\r\n";

/** The response to a plain request, written to the socket without another stream between. */
export class DirectAnswer implements HttpResponse {
  headersSent = false;
  writableFinished = false;
  readonly #connection: AnswerConnection;
  readonly #toHead: boolean;
  #last = false;
  #chunked = false;
  #listeners: (() => void)[] | undefined;

  constructor(connection: AnswerConnection, toHead: boolean) {
    this.#connection = connection;
    this.#toHead = toHead;
  }

  sendWhole({ status, fixed, headers, size, body, last }: WholeAnswer): void {
    const { socket, worn, keepAlive } = this.#connection;
    this.#last = last || worn;
    const length = size === undefined ? "" : `Content-Length: ${size}\r\n`;
    const head = `${statusLine(status)}${fixed.lines}${formatHeaderLines(headers)}${length}Date: ${httpDate()}\r\n${
      this.#last ? CLOSE : keepAlive
    }`;
    this.headersSent = true;
    // Once the client has gone its close is about to be told.
    if (!socket.writable) return;
    if (body === undefined) socket.write(head, "latin1");
    else if (typeof body === "string" && body.length === size) socket.write(head + body, "latin1");
    else {
      socket.cork();
      socket.write(head, "latin1");
      socket.write(body, "utf8");
      socket.uncork();
    }
    this.#finish();
  }

  writeHead(status: number, headers: readonly string[]): void {
    const { socket, worn, keepAlive } = this.#connection;
    const names = headers.filter((_, at) => at % 2 === 0).map((name) => name.toLowerCase());
    const closes = names.includes("connection");
    this.#last = worn || closes;
    this.#chunked = status !== 204 && status !== 304 && !names.includes("content-length");
    const framing = this.#chunked ? "Transfer-Encoding: chunked\r\n" : "";
    const end = closes ? "\r\n" : this.#last ? CLOSE : keepAlive;
    const head = `${statusLine(status)}${formatHeaderLines(headers)}${framing}Date: ${httpDate()}\r\n${end}`;
    this.headersSent = true;
    this.#connection.sending();
    if (socket.writable) socket.write(head, "latin1");
  }

  write(chunk: string | Uint8Array): boolean {
    const { socket } = this.#connection;
    if (!socket.writable || this.#toHead || chunk.length === 0) return true;
    this.#connection.active();
    if (!this.#chunked) return socket.write(chunk);
    socket.cork();
    socket.write(`${Buffer.byteLength(chunk).toString(16)}\r\n`, "latin1");
    socket.write(chunk);
    const room = socket.write("\r\n", "latin1");
    socket.uncork();
    return room;
  }

  end(chunk?: string | Uint8Array): void {
    if (chunk !== undefined) this.write(chunk);
    const { socket } = this.#connection;
    if (!socket.writable) return;
    if (this.#chunked && !this.#toHead) socket.write("0\r\n\r\n", "latin1");
    this.#finish();
  }

  /** Requests that wait for it are not plain. */
  writeContinue(): void {}

  once(event: "close" | "finish" | "drain", listener: () => void): void {
    if (event === "drain") this.#connection.socket.once("drain", listener);
    else {
      this.#listeners ??= [];
      this.#listeners.push(listener);
      if (event === "close") this.#connection.socket.once("close", listener);
    }
  }

  /** Mostly the kernel has taken everything at once; else the next request waits until it has. */
  #finish(): void {
    const { socket } = this.#connection;
    if (socket.writableLength === 0) this.#finished();
    else {
      this.#connection.sending();
      socket.write(EMPTY, (error) => {
        if (!error) this.#finished();
      });
    }
  }

  #finished(): void {
    this.writableFinished = true;
    for (const listener of this.#listeners?.splice(0) ?? []) {
      this.#connection.socket.off("close", listener);
      listener();
    }
    this.#connection.answered(this.#last);
  }
}

const statusLines = new Map<number, string>();

function statusLine(status: number): string {
  let line = statusLines.get(status);
  if (line === undefined) {
    line = `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ""}\r\n`;
    statusLines.set(status, line);
  }
  return line;
}
