import { RpcError } from "../../../wire/grpc/index.ts";
import type { RpcCall } from "./call.ts";
import { decompress } from "./coding.ts";
import { decodeRequest } from "./decode-request.ts";
import type { RpcReply } from "./method.ts";
import { readUnary } from "./read-unary.ts";

/** Ends a call with whatever was thrown. */
export type Fail = (call: RpcCall, thrown: unknown) => void;

/** Serves a unary call: without a promise where method and message need none. */
export function serveUnary(call: RpcCall, fail: Fail): void {
  if (call.timeoutMs !== undefined) {
    call.onExpired = () => fail(call, deadlineExceeded());
    call.start();
  }
  readUnary(call, (error, message, compressed) => {
    if (call.hasEnded) return;
    if (error !== undefined) return void fail(call, error);
    if (!compressed) return void answer(call, message, fail);
    whenDone(
      call,
      fail,
      (bytes) => answer(call, bytes, fail),
      () => decompress(message, call.requestCoding, call.method.maxRequestBytes),
    );
  });
}

/** Serves a unary call whose message is already there. */
export function answer(call: RpcCall, message: Uint8Array, fail: Fail): void {
  const { unary } = call.method;
  if (unary === undefined) return void fail(call, new RpcError("UNIMPLEMENTED", "The method is not served."));
  whenDone(
    call,
    fail,
    (reply) => sendReply(call, reply, fail),
    () => unary(decodeRequest(call, message), call),
  );
}

function sendReply(call: RpcCall, reply: RpcReply, fail: Fail): void {
  if (call.hasEnded || call.exchange.gone) return;
  whenDone(
    call,
    fail,
    () => {},
    () => {
      addMetadata(call, reply);
      return call.form.sendUnary(call, call.codecs.response.encode(reply.message));
    },
  );
}

function addMetadata(call: RpcCall, { headers = [], trailers = [] }: RpcReply): void {
  for (let at = 0; at + 1 < headers.length; at += 2) call.setHeader(headers[at]!, headers[at + 1]!);
  for (let at = 0; at + 1 < trailers.length; at += 2) call.setTrailer(trailers[at]!, trailers[at + 1]!);
}

/** Does something that may take its time, and goes on at once where it does not. */
function whenDone<T>(call: RpcCall, fail: Fail, next: (value: T) => void, make: () => T | Promise<T>): void {
  let value: T | Promise<T>;
  try {
    value = make();
  } catch (error) {
    fail(call, error);
    return;
  }
  if (!(value instanceof Promise)) return void next(value);
  value.then(next).catch((error: unknown) => fail(call, error));
}

/** For a call whose time is up. */
export function deadlineExceeded(): RpcError {
  return new RpcError("DEADLINE_EXCEEDED", "The deadline of the call has passed.");
}
