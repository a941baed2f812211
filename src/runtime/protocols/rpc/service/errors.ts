import { ApiError, CODES, type Code, renamePointers } from "../../../../base/errors/index.ts";
import type { ProtoSchema } from "../../../../contract/proto/index.ts";
import {
  formatErrorDetails,
  type ProtoCodecs,
  RpcError,
  type RpcStatus,
} from "../../../../wire/grpc/index.ts";
import { toRpcError } from "../to-rpc-error.ts";

/** What errors of one api are written with. */
export interface ErrorWriterOptions {
  readonly domain: string;
  readonly schema: ProtoSchema;
  readonly codecs: ProtoCodecs;
}

/** Where an error happened. */
export interface ErrorPlace {
  readonly requestId?: string | undefined;
  /** Names the field that a violation's pointer leads to. Default: as it is. */
  readonly fieldPath?: (pointer: string) => string;
  /** Answered from the stored result of an earlier call. */
  readonly replayed?: boolean;
  /** More response headers, names and values in turn. */
  readonly headers?: readonly string[];
}

/** Writes whatever was thrown as the error that callers are told, with its details. */
export type ErrorWriter = (thrown: unknown, place: ErrorPlace) => RpcError;

/** Makes the writer of one api's errors. */
export function createErrorWriter({ domain, schema, codecs }: ErrorWriterOptions): ErrorWriter {
  return (thrown, { requestId, fieldPath = same, replayed = false, headers = [] }) => {
    const known = thrown instanceof ApiError && thrown.cause instanceof RpcError ? thrown.cause : thrown;
    const error = toRpcError(known);
    if (error.details.length > 0) return error;
    const explained = thrown instanceof ApiError ? thrown : explain(error);
    const details = formatErrorDetails(explained, { domain, requestId, schema, codecs, fieldPath });
    const { retryAfterSeconds } = explained;
    const { message } = renamePointers(
      { message: error.message, violations: explained.violations },
      fieldPath,
    );
    return new RpcError(error.status, message, {
      details,
      headers: [
        ...error.headers,
        ...headers,
        ...(retryAfterSeconds === undefined ? [] : ["retry-after", String(retryAfterSeconds)]),
        ...(replayed ? ["idempotent-replayed", "true"] : []),
      ],
      trailers: error.trailers,
      // What the engine has made of an exception is in its log already.
      ...(thrown instanceof ApiError || error.cause === undefined ? {} : { cause: error.cause }),
    });
  };
}

/** The codes that stand for what the transport refuses by itself. */
const CODES_OF_TRANSPORT: Readonly<Partial<Record<RpcStatus, Code>>> = {
  CANCELLED: "cancelled",
  INVALID_ARGUMENT: "malformed_request",
  NOT_FOUND: "not_found",
  DEADLINE_EXCEEDED: "deadline_exceeded",
  RESOURCE_EXHAUSTED: "payload_too_large",
  UNIMPLEMENTED: "not_implemented",
  UNAVAILABLE: "unavailable",
};

/** What the transport says, in the words of the one table of codes. */
export function explain({ status, message }: RpcError): ApiError {
  const code = CODES_OF_TRANSPORT[status] ?? "internal";
  const isMeant = CODES[code].grpc === status;
  // As the engine says it of calls that it does not admit.
  const retryAfterSeconds = code === "unavailable" ? { retryAfterSeconds: 1 } : {};
  return new ApiError(isMeant ? code : "internal", message, retryAfterSeconds);
}

function same(pointer: string): string {
  return pointer;
}
