import { connectHttpStatus, toConnectError } from "../../../wire/connect/index.ts";
import type { RpcError } from "../../../wire/grpc/index.ts";
import type { Exchange } from "../exchange.ts";
import { send } from "../send.ts";
import { headersOf, type RpcCall } from "./call.ts";
import { ACCEPTED_CODINGS, compressMessage } from "./coding.ts";
import type { RpcForm } from "./form.ts";

/** Connect's unary calls: plain HTTP, with the message as the body and the status as that of HTTP. */
export const CONNECT_UNARY_FORM: RpcForm<RpcCall> = {
  protocol: "connect",
  isFramed: false,
  isText: false,
  names: { timeout: "connect-timeout-ms", coding: "content-encoding", accept: "accept-encoding" },

  sendUnary(call, message) {
    const compressed = compressMessage(call, message);
    if (compressed === undefined) return sendWhole(call, message, false);
    if (!(compressed instanceof Promise)) return sendWhole(call, compressed, true);
    return compressed.then((bytes) => sendWhole(call, bytes, true));
  },

  begin: neverStreams,
  write: neverStreams,
  end: neverStreams,

  fail(call, error) {
    call.ended(error.status);
    const trailers = [...(call.trailersOut ?? []), ...error.trailers];
    sendConnectError(call.exchange, error, [...headersOf(call, error), ...asHeaders(trailers)]);
  },
};

function sendWhole(call: RpcCall, body: Uint8Array, isCompressed: boolean): void {
  const { exchange, codec, trailersOut, answerCoding } = call;
  if (exchange.gone || call.hasEnded) return;
  const head = ["Content-Type", `application/${codec}`];
  if (isCompressed) head.push("Content-Encoding", answerCoding);
  // Who answers a GET says how long it may be kept; else nobody but the caller may have it.
  if (exchange.method === "GET") head.push("Vary", "Accept-Encoding");
  else head.push("Cache-Control", "no-store");
  if (trailersOut !== undefined) head.push(...asHeaders(trailersOut));
  call.ended("OK");
  send(exchange, 200, [...head, ...headersOf(call)], body);
}

/** Sends an error as the JSON body of an HTTP answer; `headers`: names and values in turn. */
export function sendConnectError(
  exchange: Exchange,
  error: RpcError,
  headers: readonly string[] = [],
  status = connectHttpStatus(error.status),
): void {
  const head = ["Content-Type", "application/json", "Cache-Control", "no-store"];
  if (error.status === "UNIMPLEMENTED") head.push("Accept-Encoding", ACCEPTED_CODINGS);
  send(exchange, status, [...head, ...headers], JSON.stringify(toConnectError(error)));
}

/** Trailers of a unary answer are headers with a prefix. */
function asHeaders(trailers: readonly string[]): string[] {
  return trailers.map((text, at) => (at % 2 === 0 ? `trailer-${text}` : text));
}

function neverStreams(): never {
  throw new TypeError("A unary form has no stream.");
}
