import { ApiError } from "../../../base/errors/index.ts";
import { RpcError } from "../../../wire/grpc/index.ts";

/** Turns whatever was thrown into an error for the caller; what nobody has made for callers is masked. */
export function toRpcError(thrown: unknown): RpcError {
  if (thrown instanceof RpcError) return thrown;
  if (thrown instanceof ApiError)
    return new RpcError(thrown.entry.grpc, thrown.message, { cause: thrown.cause });
  return new RpcError("INTERNAL", "Something went wrong on our side. The request id names it in our logs.", {
    cause: thrown,
  });
}
