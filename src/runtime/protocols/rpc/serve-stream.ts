import { RpcError } from "../../../wire/grpc/index.ts";
import type { RpcCall } from "./call.ts";
import { decompress, frameMessage } from "./coding.ts";
import { decodeRequest } from "./decode-request.ts";
import { RequestMessages } from "./read-requests.ts";
import { readUnary } from "./read-unary.ts";
import { deadlineExceeded, type Fail } from "./serve-unary.ts";

/** Serves a call of any kind but unary; resolves when the transport has no more to do with it. */
export async function serveStream(call: RpcCall, fail: Fail): Promise<void> {
  const watch = new Watch(call);
  let messages: RequestMessages | undefined;
  let answers: AsyncIterator<unknown> | undefined;
  try {
    const { stream, kind } = call.method;
    if (stream === undefined) throw new RpcError("UNIMPLEMENTED", "The method is not served.");
    if (kind === "server-stream") {
      answers = stream(single(await watch.until(readOne(call))), call)[Symbol.asyncIterator]();
    } else {
      messages = new RequestMessages(call);
      answers = stream(messages, call)[Symbol.asyncIterator]();
    }
    if (kind === "client-stream") await answerOnce(call, answers, watch);
    else await answerMany(call, answers, watch);
    answers = undefined;
  } catch (error) {
    if (!call.hasEnded) fail(call, error);
  } finally {
    watch.stop();
    messages?.stop();
    // Not awaited: a method that waits for something learns of the end by the signal.
    if (answers?.return !== undefined) Promise.resolve(answers.return()).catch(ignore);
  }
}

/** The request of a server stream. */
async function readOne(call: RpcCall): Promise<unknown> {
  const one = await new Promise<{ message: Uint8Array; isCompressed: boolean }>((resolve, reject) => {
    readUnary(call, (error, message, isCompressed) => {
      if (error === undefined) resolve({ message, isCompressed });
      else reject(error);
    });
  });
  if (!one.isCompressed) return decodeRequest(call, one.message);
  return decodeRequest(call, await decompress(one.message, call.requestCoding, call.method.maxRequestBytes));
}

async function* single(request: unknown): AsyncGenerator<unknown> {
  yield request;
}

async function answerMany(call: RpcCall, answers: AsyncIterator<unknown>, watch: Watch): Promise<void> {
  for (;;) {
    const result = await watch.until(answers.next());
    if (result.done === true) break;
    const frame = await frameMessage(call, call.codecs.response.encode(result.value));
    if (call.exchange.gone) throw cancelled();
    if (!call.hasBegun) call.form.begin(call);
    if (!call.form.write(call, frame)) await watch.until(drained(call));
  }
  call.form.end(call);
}

async function answerOnce(call: RpcCall, answers: AsyncIterator<unknown>, watch: Watch): Promise<void> {
  const first = await watch.until(answers.next());
  if (first.done === true) throw new TypeError("A client stream ended without an answer.");
  const message = call.codecs.response.encode(first.value);
  const rest = await watch.until(answers.next());
  if (rest.done !== true) throw new TypeError("A client stream gave more than one answer.");
  await call.form.sendUnary(call, message);
}

function drained({ exchange }: RpcCall): Promise<void> {
  return new Promise((resolve) => exchange.response.once("drain", resolve));
}

/** Lets a stream wait for something, until the deadline passes or the caller goes. */
class Watch {
  readonly #call: RpcCall;
  #reject: ((error: RpcError) => void) | undefined;
  #over: RpcError | undefined;

  constructor(call: RpcCall) {
    this.#call = call;
    call.onExpired = () => this.end(deadlineExceeded());
    call.exchange.signal.addEventListener("abort", this.#onGone, { once: true });
    call.onStopped = () => this.end(new RpcError("UNAVAILABLE", "The server is closing; call again."));
    call.start();
  }

  /** One promise per wait: racing with one that lasts as long as the stream would keep all its results. */
  until<T>(promise: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      if (this.#over !== undefined) {
        promise.catch(ignore);
        reject(this.#over);
        return;
      }
      this.#reject = reject;
      promise.then(resolve, reject);
    });
  }

  end(error: RpcError): void {
    this.#over ??= error;
    this.#reject?.(error);
  }

  stop(): void {
    const { exchange } = this.#call;
    this.#reject = undefined;
    this.#call.onStopped = undefined;
    exchange.signal.removeEventListener("abort", this.#onGone);
    this.#call.stop();
  }

  readonly #onGone = (): void => this.end(cancelled());
}

function cancelled(): RpcError {
  return new RpcError("CANCELLED", "The caller has gone.");
}

function ignore(): void {}
