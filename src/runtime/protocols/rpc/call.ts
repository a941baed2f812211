import { type RpcError, type RpcStatus, toMetadata } from "../../../wire/grpc/index.ts";
import type { Coding } from "../../../wire/rest/index.ts";
import type { Exchange } from "../exchange.ts";
import type { RpcForm } from "./form.ts";
import type { RpcCodecs, RpcContext, RpcMethod, RpcProtocol } from "./method.ts";

/** Longer times than setTimeout takes, 24 days, have no timer. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** One call under way: what its method sees, and what the transport keeps of it. */
export class RpcCall implements RpcContext {
  readonly exchange: Exchange;
  readonly method: RpcMethod;
  readonly form: RpcForm<RpcCall>;
  readonly codec: "proto" | "json";
  /** How compressed messages of the request are. */
  requestCoding: Coding = "identity";
  /** How messages of the answer may be compressed. */
  answerCoding: Coding = "identity";
  timeoutMs: number | undefined;
  /** Metadata to be sent: names and values in turn. */
  headersOut: string[] | undefined;
  trailersOut: string[] | undefined;
  /** The head of the answer is out. */
  hasBegun = false;
  /** The answer is complete, so that whatever the method still does concerns nobody. */
  hasEnded = false;
  /** Told when the deadline passes, while somebody waits. */
  onExpired: (() => void) | undefined;
  /** Ends a stream that has no end of its own. */
  onStopped: (() => void) | undefined;
  #expired = false;
  #timer: NodeJS.Timeout | undefined;
  #controller: AbortController | undefined;

  constructor(exchange: Exchange, method: RpcMethod, form: RpcForm<RpcCall>, codec: "proto" | "json") {
    this.exchange = exchange;
    this.method = method;
    this.form = form;
    this.codec = codec;
  }

  get protocol(): RpcProtocol {
    return this.form.protocol;
  }

  get codecs(): RpcCodecs {
    return this.method.codecs[this.codec];
  }

  get headers(): RpcContext["headers"] {
    return this.exchange.request.headers;
  }

  get requestId(): string {
    return this.exchange.requestId;
  }

  get remoteAddress(): string | undefined {
    return this.exchange.options.remoteAddress;
  }

  get gone(): boolean {
    return this.#expired || this.exchange.gone;
  }

  get signal(): AbortSignal {
    if (this.timeoutMs === undefined) return this.exchange.signal;
    if (this.#controller === undefined) {
      const controller = new AbortController();
      this.#controller = controller;
      if (this.gone) controller.abort();
      else this.exchange.signal.addEventListener("abort", () => controller.abort(), { once: true });
    }
    return this.#controller.signal;
  }

  setHeader(name: string, value: string | Uint8Array): void {
    const [small, text] = toMetadata(name, value);
    this.headersOut ??= [];
    this.headersOut.push(small, text);
  }

  setTrailer(name: string, value: string | Uint8Array): void {
    const [small, text] = toMetadata(name, value);
    this.trailersOut ??= [];
    this.trailersOut.push(small, text);
  }

  /** Starts the clock of the deadline; `onExpired` is told at most once, never before this returns. */
  start(): void {
    const { timeoutMs } = this;
    if (timeoutMs === undefined || timeoutMs > LONGEST_TIMER_MS) return;
    this.#timer = setTimeout(() => {
      this.#expired = true;
      this.#controller?.abort();
      this.onExpired?.();
    }, timeoutMs);
  }

  /** Marks the answer as complete. */
  ended(status: RpcStatus | "OK"): void {
    this.hasEnded = true;
    this.exchange.rpcStatus = status;
    this.stop();
  }

  /** Stops the clock. */
  stop(): void {
    if (this.#timer !== undefined) clearTimeout(this.#timer);
    this.onExpired = undefined;
  }
}

/** What a call's answer has in its head, beside what its form says. */
export function headersOf(call: RpcCall, error?: RpcError): readonly string[] {
  const { headersOut = [] } = call;
  return error === undefined ? headersOut : [...headersOut, ...error.headers];
}
