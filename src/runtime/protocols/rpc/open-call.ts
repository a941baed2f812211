import { parseConnectTimeoutMs, parseGrpcTimeout, RpcError } from "../../../wire/grpc/index.ts";
import type { Exchange } from "../exchange.ts";
import { RpcCall } from "./call.ts";
import { chooseCoding, parseCoding } from "./coding.ts";
import type { RpcForm } from "./form.ts";
import { GRPC_NAMES } from "./grpc.ts";
import type { RpcMethod } from "./method.ts";

/** Reads what the headers say of a call; an RpcError for what they may not say. */
export function openCall(
  exchange: Exchange,
  method: RpcMethod,
  form: RpcForm<RpcCall>,
  codec: "proto" | "json",
  compression?: string,
): RpcCall | RpcError {
  const { headers } = exchange.request;
  const { names } = form;
  const call = new RpcCall(exchange, method, form, codec);
  try {
    if (form.protocol === "connect") {
      const version = headers["connect-protocol-version"];
      if (version !== undefined && version !== "1") {
        throw new RpcError("INVALID_ARGUMENT", "Connect-Protocol-Version takes 1.");
      }
    }
    const coding = compression ?? text(headers[names.coding]);
    if (coding !== undefined) call.requestCoding = parseCoding(coding);
    const accepted = text(headers[names.accept]);
    if (accepted !== undefined) call.answerCoding = chooseCoding(accepted);
    const timeout = text(headers[names.timeout]);
    if (timeout !== undefined) {
      call.timeoutMs = names === GRPC_NAMES ? parseGrpcTimeout(timeout) : parseConnectTimeoutMs(timeout);
    }
    return call;
  } catch (error) {
    if (error instanceof RpcError) return error;
    throw error;
  }
}

function text(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header.join(",") : header;
}
