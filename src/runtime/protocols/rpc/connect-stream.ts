import { writeEndStream } from "../../../wire/connect/index.ts";
import { send } from "../send.ts";
import { beginStream, endStream } from "./begin-stream.ts";
import { headersOf, type RpcCall } from "./call.ts";
import { ACCEPTED_CODINGS, frameOf } from "./coding.ts";
import type { RpcForm } from "./form.ts";

/** Connect's streams: enveloped messages, the last of which tells error and trailers. */
export const CONNECT_STREAM_FORM: RpcForm<RpcCall> = {
  protocol: "connect",
  isFramed: true,
  isText: false,
  names: {
    timeout: "connect-timeout-ms",
    coding: "connect-content-encoding",
    accept: "connect-accept-encoding",
  },

  /** Only client streams come here; unary calls have a form of their own. */
  sendUnary(call, message) {
    this.begin(call);
    this.write(call, frameOf(0, message));
    this.end(call);
  },

  begin(call) {
    const head = headOf(call);
    if (call.answerCoding !== "identity") head.push("Connect-Content-Encoding", call.answerCoding);
    beginStream(call, [...head, ...headersOf(call)]);
  },

  write({ exchange }, frame) {
    exchange.sentBytes += frame.length;
    return exchange.response.write(frame);
  },

  end(call) {
    if (!call.hasBegun) this.begin(call);
    call.ended("OK");
    endStream(call, writeEndStream(call.trailersOut ?? []));
  },

  fail(call, error) {
    const end = writeEndStream([...(call.trailersOut ?? []), ...error.trailers], error);
    call.ended(error.status);
    if (call.hasBegun) return void endStream(call, end);
    const unknownCoding =
      error.status === "UNIMPLEMENTED" ? ["Connect-Accept-Encoding", ACCEPTED_CODINGS] : [];
    send(call.exchange, 200, [...headOf(call), ...unknownCoding, ...headersOf(call, error)], end);
  },
};

function headOf({ codec }: RpcCall): string[] {
  return ["Content-Type", `application/connect+${codec}`, "Cache-Control", "no-store"];
}
