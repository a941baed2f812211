import { writeWebTrailers } from "../../../wire/grpc/index.ts";
import { send } from "../send.ts";
import { beginStream, endStream } from "./begin-stream.ts";
import { headersOf, type RpcCall } from "./call.ts";
import { ACCEPTED_CODINGS, frameMessage, isCompressed } from "./coding.ts";
import type { RpcForm } from "./form.ts";
import { errorTrailers, GRPC_NAMES, okTrailers } from "./grpc.ts";

/** gRPC-Web over any HTTP (PROTOCOL-WEB): trailers are the last frame of the body. */
export const GRPC_WEB_FORM: RpcForm<RpcCall> = createForm(false);

/** The same as base64, for browsers that give a body only as text. */
export const GRPC_WEB_TEXT_FORM: RpcForm<RpcCall> = createForm(true);

function createForm(isText: boolean): RpcForm<RpcCall> {
  /** As the body has it; each piece of text is padded, as the protocol allows. */
  const toBody = (bytes: Uint8Array) =>
    isText
      ? Buffer.from(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("base64"))
      : bytes;

  function headOf(call: RpcCall, withCoding: boolean): string[] {
    const head = [
      "Content-Type",
      `application/grpc-web${isText ? "-text" : ""}+${call.codec}`,
      "Cache-Control",
      "no-store",
    ];
    if (withCoding) head.push("grpc-encoding", call.answerCoding);
    return head;
  }

  function sendWhole(call: RpcCall, frame: Uint8Array): void {
    if (call.exchange.gone || call.hasEnded) return;
    const body = Buffer.concat([frame, writeWebTrailers(okTrailers(call))]);
    call.ended("OK");
    send(call.exchange, 200, [...headOf(call, isCompressed(frame)), ...headersOf(call)], toBody(body));
  }

  return {
    protocol: "grpc-web",
    isFramed: true,
    isText,
    names: GRPC_NAMES,

    sendUnary(call, message) {
      const frame = frameMessage(call, message);
      return frame instanceof Promise
        ? frame.then((later) => sendWhole(call, later))
        : sendWhole(call, frame);
    },

    begin(call) {
      beginStream(call, [...headOf(call, call.answerCoding !== "identity"), ...headersOf(call)]);
    },

    write({ exchange }, frame) {
      const body = toBody(frame);
      exchange.sentBytes += body.length;
      return exchange.response.write(body);
    },

    end(call) {
      if (!call.hasBegun) this.begin(call);
      call.ended("OK");
      endStream(call, toBody(writeWebTrailers(okTrailers(call))));
    },

    fail(call, error) {
      const trailers = toBody(writeWebTrailers(errorTrailers(call, error)));
      call.ended(error.status);
      if (call.hasBegun) return void endStream(call, trailers);
      const unknownCoding =
        error.status === "UNIMPLEMENTED" ? ["grpc-accept-encoding", ACCEPTED_CODINGS] : [];
      send(
        call.exchange,
        200,
        [...headOf(call, false), ...unknownCoding, ...headersOf(call, error)],
        trailers,
      );
    },
  };
}
