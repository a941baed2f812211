import { formatErrorTrailers, type RpcError } from "../../../wire/grpc/index.ts";
import type { TrailerWriter } from "../http.ts";
import { headersOf, type RpcCall } from "./call.ts";
import { ACCEPTED_CODINGS, frameMessage, isCompressed } from "./coding.ts";
import type { RpcForm } from "./form.ts";

/** Names of request headers in gRPC and gRPC-Web. */
export const GRPC_NAMES = {
  timeout: "grpc-timeout",
  coding: "grpc-encoding",
  accept: "grpc-accept-encoding",
} as const;

const OK_TRAILERS = ["grpc-status", "0"];

/** gRPC over HTTP/2 (PROTOCOL-HTTP2): frames in the body, the status in the trailers. */
export const GRPC_FORM: RpcForm<RpcCall> = {
  protocol: "grpc",
  isFramed: true,
  isText: false,
  names: GRPC_NAMES,

  sendUnary(call, message) {
    const frame = frameMessage(call, message);
    return frame instanceof Promise ? frame.then((later) => sendWhole(call, later)) : sendWhole(call, frame);
  },

  begin(call) {
    call.hasBegun = true;
    call.exchange.status = 200;
    writer(call).begin(headOf(call, call.answerCoding !== "identity"));
  },

  write({ exchange }, frame) {
    exchange.sentBytes += frame.length;
    return exchange.response.write(frame);
  },

  end(call) {
    if (!call.hasBegun) this.begin(call);
    call.ended("OK");
    writer(call).finish(okTrailers(call));
  },

  fail(call, error) {
    const trailers = errorTrailers(call, error);
    call.ended(error.status);
    if (call.hasBegun) return writer(call).finish(trailers);
    call.exchange.status = 200;
    const headers = headersOf(call, error);
    const unknownCoding = error.status === "UNIMPLEMENTED" ? ["grpc-accept-encoding", ACCEPTED_CODINGS] : [];
    const head = [...headOf(call, false), ...unknownCoding];
    if (headers.length === 0) return writer(call).only([...head, ...trailers]);
    // Metadata of the head would be taken for trailers if all of it came in one block.
    writer(call).begin([...head, ...error.headers]);
    writer(call).finish(trailers);
  },
};

function sendWhole(call: RpcCall, frame: Uint8Array): void {
  const { exchange } = call;
  if (exchange.gone || call.hasEnded) return;
  exchange.status = 200;
  exchange.sentBytes += frame.length;
  const trailers = okTrailers(call);
  call.ended("OK");
  const out = writer(call);
  out.begin(headOf(call, isCompressed(frame)));
  out.finish(trailers, frame);
}

function headOf(call: RpcCall, withCoding: boolean): string[] {
  const { exchange, codec, headersOut } = call;
  const type = codec === "proto" ? "application/grpc+proto" : "application/grpc+json";
  const head = ["content-type", type, "x-request-id", exchange.requestId];
  if (withCoding) head.push("grpc-encoding", call.answerCoding);
  if (headersOut !== undefined) head.push(...headersOut);
  return head;
}

function writer({ exchange }: RpcCall): TrailerWriter {
  const { trailers } = exchange.response;
  if (trailers === undefined) throw new TypeError("gRPC was let in without trailers.");
  return trailers;
}

/** Trailers of a call that went well. */
export function okTrailers({ trailersOut }: RpcCall): readonly string[] {
  return trailersOut === undefined ? OK_TRAILERS : [...OK_TRAILERS, ...trailersOut];
}

/** Trailers of a call that failed. */
export function errorTrailers({ trailersOut }: RpcCall, error: RpcError): readonly string[] {
  const trailers = formatErrorTrailers(error);
  return trailersOut === undefined ? trailers : [...trailers, ...trailersOut];
}
