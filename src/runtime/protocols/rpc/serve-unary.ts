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
    if (error !== undefined) fail(call, error);
    else answer(call, message, compressed, fail);
  });
}

/** Serves a unary call whose message is already there. */
export function answer(call: RpcCall, message: Uint8Array, isCompressed: boolean, fail: Fail): void {
  const { unary, maxRequestBytes } = call.method;
  try {
    if (unary === undefined) throw new RpcError("UNIMPLEMENTED", "The method is not served.");
    const bytes = isCompressed ? decompress(message, call.requestCoding, maxRequestBytes) : message;
    const reply =
      bytes instanceof Promise
        ? bytes.then((whole) => unary(decodeRequest(call, whole), call))
        : unary(decodeRequest(call, bytes), call);
    if (reply instanceof Promise) {
      reply.then((value) => sendReply(call, value)).catch((error: unknown) => fail(call, error));
      return;
    }
    const sent = sendReply(call, reply);
    if (sent instanceof Promise) sent.catch((error: unknown) => fail(call, error));
  } catch (error) {
    fail(call, error);
  }
}

function sendReply(call: RpcCall, reply: RpcReply): Promise<void> | void {
  if (call.hasEnded || call.exchange.gone) return;
  addMetadata(call, reply);
  return call.form.sendUnary(call, call.codecs.response.encode(reply.message));
}

function addMetadata(call: RpcCall, { headers, trailers }: RpcReply): void {
  for (let at = 0; headers !== undefined && at + 1 < headers.length; at += 2)
    call.setHeader(headers[at]!, headers[at + 1]!);
  for (let at = 0; trailers !== undefined && at + 1 < trailers.length; at += 2)
    call.setTrailer(trailers[at]!, trailers[at + 1]!);
}

/** For a call whose time is up. */
export function deadlineExceeded(): RpcError {
  return new RpcError("DEADLINE_EXCEEDED", "The deadline of the call has passed.");
}
