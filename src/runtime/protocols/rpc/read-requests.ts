import type { Readable } from "node:stream";
import { type Frame, FrameReader, RpcError, WebTextReader } from "../../../wire/grpc/index.ts";
import type { RpcCall } from "./call.ts";
import { decompress } from "./coding.ts";
import { decodeRequest } from "./decode-request.ts";
import { cutShort, isCompressed } from "./read-unary.ts";

/**
 * The messages of a request stream, read no faster than they are taken: nothing more is read from the peer while
 * messages wait. A message that has begun must be complete in the time that a body has; between messages a stream may
 * be silent. Its iterator throws what is wrong with the stream, and ends when nobody wants more.
 */
export class RequestMessages implements AsyncIterableIterator<unknown> {
  readonly #call: RpcCall;
  readonly #body: Readable | undefined;
  readonly #frames: FrameReader;
  readonly #text: WebTextReader | undefined;
  #wake: (() => void) | undefined;
  #state: "open" | "ended" | "gone" | "stopped" = "open";
  #error: unknown;

  constructor(call: RpcCall) {
    const { exchange, form, method } = call;
    this.#call = call;
    this.#frames = new FrameReader(method.maxRequestBytes);
    this.#text = form.isText ? new WebTextReader() : undefined;
    const body = exchange.hasBody ? exchange.options.body : undefined;
    this.#body = Buffer.isBuffer(body) ? undefined : body;
    if (Buffer.isBuffer(body)) {
      exchange.bodyRead = true;
      this.#onData(body);
      this.#onEnd();
    } else if (body === undefined) this.#state = "ended";
    if (this.#body === undefined) return;
    if (exchange.options.expectsContinue) exchange.response.writeContinue();
    exchange.bodyRead = true;
    this.#body
      .on("data", this.#onData)
      .on("end", this.#onEnd)
      .on("error", this.#onGone)
      .on("aborted", this.#onAborted)
      .on("close", this.#onGone);
    this.#body.pause();
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<IteratorResult<unknown, undefined>> {
    for (;;) {
      if (this.#error !== undefined) throw this.#error;
      if (this.#state === "stopped") return { done: true, value: undefined };
      const frame = this.#nextFrame();
      if (frame !== undefined) return { done: false, value: await this.#decode(frame) };
      if (this.#state === "ended") {
        if (this.#frames.isPartial) throw this.#fail(cutShort());
        return { done: true, value: undefined };
      }
      if (this.#state === "gone") throw this.#fail(new RpcError("CANCELLED", "The caller has gone."));
      await this.#more();
    }
  }

  async return(): Promise<IteratorResult<unknown, undefined>> {
    this.stop();
    return { done: true, value: undefined };
  }

  /** Reads no more. */
  stop(): void {
    if (this.#state === "stopped") return;
    this.#state = "stopped";
    this.#wake?.();
    const body = this.#body;
    if (body === undefined) return;
    body
      .off("data", this.#onData)
      .off("end", this.#onEnd)
      .off("error", this.#onGone)
      .off("aborted", this.#onAborted)
      .off("close", this.#onGone);
    body.on("error", ignore);
    body.pause();
  }

  #nextFrame(): Frame | undefined {
    try {
      return this.#frames.next();
    } catch (error) {
      throw this.#fail(error);
    }
  }

  async #decode({ flags, bytes }: Frame): Promise<unknown> {
    const call = this.#call;
    try {
      if (!isCompressed(flags, call)) return decodeRequest(call, bytes);
      return decodeRequest(call, await decompress(bytes, call.requestCoding, call.method.maxRequestBytes));
    } catch (error) {
      throw this.#fail(error);
    }
  }

  /** Each later call throws it again, so that a method that catches it does not read on within broken bytes. */
  #fail(error: unknown): unknown {
    this.#error = error;
    return error;
  }

  #more(): Promise<void> {
    return new Promise((resolve) => {
      const late = this.#frames.isPartial
        ? setTimeout(this.#onLate, this.#call.exchange.options.bodyTimeoutMs)
        : undefined;
      this.#wake = () => {
        clearTimeout(late);
        this.#wake = undefined;
        resolve();
      };
      this.#body?.resume();
    });
  }

  readonly #onData = (chunk: Buffer): void => {
    this.#body?.pause();
    try {
      this.#frames.push(this.#text === undefined ? chunk : this.#text.push(chunk));
    } catch (error) {
      this.#error = error;
    }
    this.#wake?.();
  };

  readonly #onEnd = (): void => {
    this.#state = "ended";
    try {
      this.#text?.end();
    } catch {
      this.#error = cutShort();
    }
    this.#wake?.();
  };

  /** Told of a reset at once: its close may wait until what has come is read. */
  readonly #onAborted = (): void => {
    this.#onGone();
    this.#call.exchange.closed();
  };

  readonly #onGone = (): void => {
    if (this.#state === "open") this.#state = "gone";
    this.#wake?.();
  };

  readonly #onLate = (): void => {
    this.#error = new RpcError("DEADLINE_EXCEEDED", "A message that had begun was not completed in time.");
    this.#wake?.();
  };
}

function ignore(): void {}
