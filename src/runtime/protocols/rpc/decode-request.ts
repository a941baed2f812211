import { ApiError } from "../../../base/errors/index.ts";
import { RpcError } from "../../../wire/grpc/index.ts";
import type { RpcCall } from "./call.ts";

/** Reads a request message; what a codec throws without saying what is wrong becomes INVALID_ARGUMENT. */
export function decodeRequest(call: RpcCall, bytes: Uint8Array): unknown {
  try {
    return call.codecs.request.decode(bytes);
  } catch (error) {
    if (error instanceof ApiError || error instanceof RpcError) throw error;
    throw new RpcError("INVALID_ARGUMENT", `The request is no such message in ${call.codec} form.`, {
      cause: error,
    });
  }
}
