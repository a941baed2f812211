import type { JsonValue } from "../../base/lib/index.ts";
import type { RpcStatus } from "./status.ts";

/** One detail of an error: a message of any type, as in google.rpc.Status. */
export interface RpcErrorDetail {
  /** Such as `type.googleapis.com/google.rpc.ErrorInfo`. */
  readonly typeUrl: string;
  /** The message in protobuf's binary form. */
  readonly value: Uint8Array;
  /** The message as JSON, for people who read Connect's errors. */
  readonly debug?: JsonValue;
}

/** What an {@link RpcError} carries besides status and message. */
export interface RpcErrorOptions {
  readonly details?: readonly RpcErrorDetail[];
  /** More response headers, names and values in turn; only where no message has been sent yet. */
  readonly headers?: readonly string[];
  /** More trailers, names and values in turn. */
  readonly trailers?: readonly string[];
  /** The exception behind this one: logged, never sent. */
  readonly cause?: unknown;
}

/** An RPC's failure as the caller is told it: gRPC, gRPC-Web and Connect write the same one, each in its form. */
export class RpcError extends Error {
  override readonly name = "RpcError";
  readonly status: RpcStatus;
  readonly details: readonly RpcErrorDetail[];
  readonly headers: readonly string[];
  readonly trailers: readonly string[];

  constructor(status: RpcStatus, message: string, options: RpcErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.status = status;
    this.details = options.details ?? [];
    this.headers = options.headers ?? [];
    this.trailers = options.trailers ?? [];
  }
}
