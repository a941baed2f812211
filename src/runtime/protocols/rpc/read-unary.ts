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
  if (!Buffer.isBuffer(body)) new UnaryReader(call, receive).listen(body);
  else {
    const reader = new UnaryReader(call, receive);
    reader.take(body);
    if (!reader.isOver) reader.ended();
  }
}

const EMPTY = new Uint8Array(0);
/** Times for bodies are many seconds. */
const WATCH_EVERY_MS = 250;

const READER = Symbol("reader");

/** A body with its reader, for listeners that all bodies share: a closure for each would be more to collect. */
type ReadBody = Readable & { [READER]?: UnaryReader | undefined };

class UnaryReader {
  readonly call: RpcCall;
  /** Undefined where all of it has come. */
  body: ReadBody | undefined;
  isOver = false;
  readonly receive: MessageReceiver;
  /** Undefined where the body is the message. */
  frames: FrameReader | undefined;
  text: WebTextReader | undefined;
  chunks: Uint8Array[] | undefined;
  size = 0;
  message: Uint8Array | undefined;
  isCompressed = false;

  constructor(call: RpcCall, receive: MessageReceiver) {
    const { form, method } = call;
    this.call = call;
    this.receive = receive;
    if (form.isFramed) this.frames = new FrameReader(method.maxRequestBytes);
    if (form.isText) this.text = new WebTextReader();
  }

  /** Reads the body as it comes. */
  listen(body: ReadBody): void {
    const { exchange } = this.call;
    this.body = body;
    body[READER] = this;
    waitFor(this);
    exchange.onGone = () => this.gone();
    // Bodies of HTTP/2 have somebody who listens.
    if (exchange.response.trailers === undefined) body.on("error", ignore);
    body.on("data", onData);
    body.on("end", onEnd);
  }

  take(chunk: Buffer): void {
    const { frames, text } = this;
    try {
      if (frames === undefined) this.keep(chunk);
      else this.split(frames, text === undefined ? chunk : text.push(chunk));
    } catch (error) {
      this.finish(error instanceof RpcError ? error : new RpcError("INTERNAL", "The body cannot be read."));
    }
  }

  keep(chunk: Buffer): void {
    this.size += chunk.length;
    const { maxRequestBytes } = this.call.method;
    if (this.size > maxRequestBytes) throw tooLargeMessage(maxRequestBytes);
    this.chunks ??= [];
    this.chunks.push(chunk);
    // What comes in crumbs is put together now and then, since each crumb costs more than it holds.
    if (this.chunks.length >= 1024) this.chunks = [Buffer.concat(this.chunks, this.size)];
  }

  split(frames: FrameReader, chunk: Uint8Array): void {
    frames.push(chunk);
    for (let frame = frames.next(); frame !== undefined; frame = frames.next()) {
      if (this.message !== undefined) {
        throw new RpcError("UNIMPLEMENTED", "The method takes one message, and there are more.");
      }
      this.isCompressed = isCompressed(frame.flags, this.call);
      this.message = frame.bytes;
    }
  }

  ended(): void {
    const { frames, chunks = [] } = this;
    if (frames === undefined) {
      this.message = chunks.length === 1 ? chunks[0] : Buffer.concat(chunks, this.size);
      this.isCompressed = this.call.requestCoding !== "identity";
    } else if (frames.isPartial) return void this.finish(cutShort());
    else if (this.message === undefined) return void this.finish(noMessage());
    try {
      this.text?.end();
    } catch {
      return void this.finish(cutShort());
    }
    this.finish();
  }

  gone(): void {
    this.finish(new RpcError("CANCELLED", "The request ended before its message was complete."));
  }

  finish(error?: RpcError): void {
    this.isOver = true;
    if (this.body !== undefined) this.body[READER] = undefined;
    this.call.exchange.onGone = undefined;
    waiting.delete(this);
    if (error !== undefined) this.body?.pause();
    this.receive(error, this.message ?? EMPTY, this.isCompressed);
  }
}

function onData(this: ReadBody, chunk: Buffer): void {
  this[READER]?.take(chunk);
}

function onEnd(this: ReadBody): void {
  this[READER]?.ended();
}

function ignore(): void {}

/** Readers whose message has not come. One watch over all of them: a timer for each would cost more than reading. */
const waiting = new Set<UnaryReader>();
let watch: NodeJS.Timeout | undefined;

function waitFor(reader: UnaryReader): void {
  waiting.add(reader);
  watch ??= setInterval(endLate, WATCH_EVERY_MS).unref();
}

function endLate(): void {
  const now = performance.now();
  for (const reader of waiting) {
    const { startedAt, options } = reader.call.exchange;
    if (now - startedAt < options.bodyTimeoutMs) continue;
    const seconds = options.bodyTimeoutMs / 1000;
    reader.finish(new RpcError("DEADLINE_EXCEEDED", `The message did not come within ${seconds} seconds.`));
  }
  if (waiting.size > 0) return;
  clearInterval(watch);
  watch = undefined;
}

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
