import type { JsonValue } from "../../base/lib/index.ts";
import { type RpcError, toBase64 } from "../grpc/index.ts";

/** Gives an error as Connect writes it: the body of a failed unary call, or `error` at the end of a stream. */
export function toConnectError(error: RpcError): JsonValue {
  const code = error.status === "CANCELLED" ? "canceled" : error.status.toLowerCase();
  return {
    code,
    ...(error.message === "" ? {} : { message: error.message }),
    ...(error.details.length === 0
      ? {}
      : {
          details: error.details.map(({ typeUrl, value, debug }) => ({
            type: typeUrl.slice(typeUrl.lastIndexOf("/") + 1),
            value: toBase64(value),
            ...(debug === undefined ? {} : { debug }),
          })),
        }),
  };
}
