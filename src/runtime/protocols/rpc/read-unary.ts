import type { Readable } from "node:stream";
import {
  FRAME_FLAGS,
  FrameReader,
  RpcError,
  tooLargeMessage,
  WebTextReader,
} from "../../../wire/grpc/index.ts";
import type { RpcCall } from "./call.ts";

/** Told once: a request message and whether it is compressed, or why there is none. */
export type MessageReceiver = (
  error: RpcError | undefined,
  message: Uint8Array,
  isCompressed: boolean,
) => void;

/** Reads the one message of a request whose body must hold exactly one. */
export function readUnary(call: RpcCall, receive: MessageReceiver): void {
  const { exchange, form } = call;
  const { body, expectsContinue } = exchange.options;
  if (body === undefined || !exchange.hasBody) {
    if (form.isFramed) receive(noMessage(), EMPTY, false);
    else receive(undefined, EMPTY, call.requestCoding !== "identity");
    return;
  }
  if (expectsContinue) exchange.response.writeContinue();
  exchange.bodyRead = true;
  new UnaryReader(call, body, receive);
}

const EMPTY = new Uint8Array(0);

class UnaryReader {
  readonly #call: RpcCall;
  readonly #body: Readable;
  readonly #receive: MessageReceiver;
  readonly #frames: FrameReader | undefined;
  readonly #text: WebTextReader | undefined;
  readonly #timer: NodeJS.Timeout;
  /** The body, where it is the message. */
  #chunks: Uint8Array[] = [];
  #size = 0;
  #message: Uint8Array | undefined;
  #isCompressed = false;

  constructor(call: RpcCall, body: Readable, receive: MessageReceiver) {
    this.#call = call;
    this.#body = body;
    this.#receive = receive;
    this.#frames = call.form.isFramed ? new FrameReader(call.method.maxRequestBytes) : undefined;
    this.#text = call.form.isText ? new WebTextReader() : undefined;
    const { bodyTimeoutMs } = call.exchange.options;
    this.#timer = setTimeout(this.#onTimeout, bodyTimeoutMs);
    body.on("data", this.#onData).on("end", this.#onEnd).on("error", this.#onGone).on("close", this.#onGone);
  }

  readonly #onData = (chunk: Buffer): void => {
    try {
      if (this.#frames === undefined) this.#keep(chunk);
      else this.#split(this.#frames, this.#text === undefined ? chunk : this.#text.push(chunk));
    } catch (error) {
      this.#finish(error instanceof RpcError ? error : new RpcError("INTERNAL", "The body cannot be read."));
    }
  };

  #keep(chunk: Buffer): void {
    this.#size += chunk.length;
    const { maxRequestBytes } = this.#call.method;
    if (this.#size > maxRequestBytes) throw tooLargeMessage(maxRequestBytes);
    this.#chunks.push(chunk);
    // What comes in crumbs is put together now and then, since each crumb costs more than it holds.
    if (this.#chunks.length >= 1024) this.#chunks = [Buffer.concat(this.#chunks, this.#size)];
  }

  #split(frames: FrameReader, chunk: Uint8Array): void {
    frames.push(chunk);
    for (let frame = frames.next(); frame !== undefined; frame = frames.next()) {
      if (this.#message !== undefined) {
        throw new RpcError("UNIMPLEMENTED", "The method takes one message, and there are more.");
      }
      this.#isCompressed = isCompressed(frame.flags, this.#call);
      this.#message = frame.bytes;
    }
  }

  readonly #onEnd = (): void => {
    const frames = this.#frames;
    if (frames === undefined) {
      this.#message = this.#chunks.length === 1 ? this.#chunks[0] : Buffer.concat(this.#chunks, this.#size);
      this.#isCompressed = this.#call.requestCoding !== "identity";
    } else if (frames.isPartial) return void this.#finish(cutShort());
    else if (this.#message === undefined) return void this.#finish(noMessage());
    try {
      this.#text?.end();
    } catch {
      return void this.#finish(cutShort());
    }
    this.#finish();
  };

  readonly #onGone = (): void => {
    this.#finish(new RpcError("CANCELLED", "The request ended before its message was complete."));
  };

  readonly #onTimeout = (): void => {
    const seconds = this.#call.exchange.options.bodyTimeoutMs / 1000;
    this.#finish(new RpcError("DEADLINE_EXCEEDED", `The message did not come within ${seconds} seconds.`));
  };

  #finish(error?: RpcError): void {
    clearTimeout(this.#timer);
    const body = this.#body;
    body
      .off("data", this.#onData)
      .off("end", this.#onEnd)
      .off("error", this.#onGone)
      .off("close", this.#onGone);
    // An error may still come, and nobody else listens.
    body.on("error", ignore);
    if (error !== undefined) body.pause();
    this.#receive(error, this.#message ?? EMPTY, this.#isCompressed);
  }
}

function ignore(): void {}

/** Reads a frame's flags; throws for those that a request cannot have. */
export function isCompressed(flags: number, call: RpcCall): boolean {
  if (flags === 0) return false;
  if (flags !== FRAME_FLAGS.compressed) {
    throw new RpcError("INVALID_ARGUMENT", `A request message cannot have the flags ${flags}.`);
  }
  if (call.requestCoding === "identity") {
    throw new RpcError("INTERNAL", "A message is said to be compressed, and the headers do not say how.");
  }
  return true;
}

/** gRPC and Connect both answer a wrong number of messages so. */
function noMessage(): RpcError {
  return new RpcError("UNIMPLEMENTED", "The method takes one message, and there is none.");
}

/** For a body that ends within a message. */
export function cutShort(): RpcError {
  return new RpcError("INVALID_ARGUMENT", "The body ends within a message.");
}
