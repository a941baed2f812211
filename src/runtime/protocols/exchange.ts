import type { Readable } from "node:stream";
import type { RpcStatus } from "../../wire/grpc/index.ts";
import type { HttpRequest, HttpResponse } from "./http.ts";

/** What a server knows of a request before any protocol looks at it. */
export interface ExchangeOptions {
  /** For the log and the answer. */
  readonly requestId: string;
  /** Address of the caller after trusted proxies. */
  readonly remoteAddress: string | undefined;
  /** The body, or where it is read from, if there is one; undefined where the request surely has none. */
  readonly body: Readable | Buffer | undefined;
  /** Milliseconds in which the body must have come. */
  readonly bodyTimeoutMs: number;
  /** The client waits for 100 Continue before it sends the body. */
  readonly expectsContinue: boolean;
  /** Whether the server is closing, so that the connection must end with this answer. */
  readonly isDraining: () => boolean;
  /** Value of Strict-Transport-Security (RFC 6797), where it is sent. */
  readonly hsts?: string | undefined;
  /** Told once, when the exchange is over. */
  readonly onClosed: (exchange: Exchange) => void;
}

/** One request and its response: what a protocol is handed, and what the server's log and metrics read afterwards. */
export class Exchange {
  readonly request: HttpRequest;
  readonly response: HttpResponse;
  readonly options: ExchangeOptions;
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  /** Without the question mark; empty where there is none. */
  readonly query: string;
  /** Milliseconds of performance.now(). */
  readonly startedAt: number;
  /** The same for its end; 0 until then. */
  endedAt = 0;
  /** Operation id, or a name for what is none (`livez`); set by who answers. */
  operation: string | undefined;
  /** Status sent; 0 until there is one. */
  status = 0;
  /** Body bytes sent. */
  sentBytes = 0;
  /** Of an RPC: its protocol. */
  rpc: "grpc" | "grpc-web" | "connect" | undefined;
  /** Of an RPC: undefined until there is one, and where the caller had gone before that. */
  rpcStatus: RpcStatus | "OK" | undefined;
  /** The body, or the beginning of it, was taken from the request. */
  bodyRead = false;
  /** Told when the caller has gone: who reads the body, then who does the work; cheaper than the signal. */
  onGone: (() => void) | undefined;
  #controller: AbortController | undefined;
  #gone = false;
  #closed = false;

  constructor(request: HttpRequest, response: HttpResponse, options: ExchangeOptions) {
    this.request = request;
    this.response = response;
    this.options = options;
    this.method = request.method ?? "";
    const url = originForm(request.url ?? "");
    const mark = url.indexOf("?");
    this.path = mark === -1 ? url : url.slice(0, mark);
    this.query = mark === -1 ? "" : url.slice(mark + 1);
    this.startedAt = performance.now();
  }

  get requestId(): string {
    return this.options.requestId;
  }

  /** Aborted when the caller has gone before the answer was sent. */
  get signal(): AbortSignal {
    this.#controller ??= new AbortController();
    if (this.#gone) this.#controller.abort();
    return this.#controller.signal;
  }

  /** Whether the caller has gone before the answer was sent. */
  get gone(): boolean {
    return this.#gone;
  }

  /** Called by the server when the answer is out, or the connection or stream has closed; only the first time counts. */
  closed(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.endedAt = performance.now();
    // A response may end without an answer in it, so one must have been sent too.
    if (this.status === 0 || !this.response.writableFinished) {
      this.#gone = true;
      this.#controller?.abort();
      this.onGone?.();
    }
    this.options.onClosed(this);
  }

  /** Whether the request has a body: HTTP/1.1 says so in a header, HTTP/2 by not ending the stream. */
  get hasBody(): boolean {
    const { body } = this.options;
    if (body === undefined) return false;
    if (Buffer.isBuffer(body)) return true;
    const { headers, stream } = this.request;
    if (stream !== undefined) return !stream.endAfterHeaders;
    const length = headers["content-length"];
    return length === undefined ? headers["transfer-encoding"] !== undefined : length !== "0";
  }
}

/** Answers one exchange; must not throw. */
export type ExchangeHandler = (exchange: Exchange) => void;

/** RFC 9112 section 3.2.2: a target may be a whole URL, of which only path and query count here. */
function originForm(target: string): string {
  if (target.startsWith("/")) return target;
  const found = /^https?:\/\/[^/?#@\s]+/i.exec(target);
  if (found === null) return target;
  const rest = target.slice(found[0].length);
  return rest.startsWith("/") ? rest : `/${rest}`;
}
