import type { ApiError } from "../../base/errors/index.ts";
import type { JsonValue } from "../../base/lib/index.ts";
import type { ProtoSchema } from "../../contract/proto/index.ts";
import { createProtoCodecs, type ProtoCodecs } from "./codec.ts";
import { ERROR_DETAILS } from "./error-details-schema.ts";
import type { RpcErrorDetail } from "./rpc-error.ts";

/** What the details of an error are made with. */
export interface ErrorDetailsOptions {
  /** The api's name. */
  readonly domain: string;
  readonly requestId: string | undefined;
  /** Whose errors are declared in it. */
  readonly schema: ProtoSchema;
  readonly codecs: ProtoCodecs;
  /** Names the field that a violation's pointer leads to. */
  readonly fieldPath: (pointer: string) => string;
}

const TYPE_URL = "type.googleapis.com/";
const utf8 = new TextDecoder();
let rpcCodecs: ProtoCodecs | undefined;

/**
 * Writes what an error says as the details of google.rpc.Status: ErrorInfo always; BadRequest for violations, RetryInfo,
 * QuotaFailure for limits, RequestInfo, and the data of a declared error as the message that the schema has for it.
 */
export function formatErrorDetails(error: ApiError, options: ErrorDetailsOptions): readonly RpcErrorDetail[] {
  const { violations, retryAfterSeconds, message, code, data } = error;
  const { domain, requestId, fieldPath, schema, codecs } = options;
  const declared = schema.errors[code];
  const details = [
    detail("ErrorInfo", {
      reason: toReason(code),
      domain,
      metadata: metadataOf(error, declared === undefined),
    }),
  ];
  if (violations.length > 0) {
    const fields = violations.map((violation) => ({
      field: fieldPath(violation.pointer),
      description: violation.message,
      reason: toReason(violation.code),
    }));
    details.push(detail("BadRequest", { field_violations: fields }));
  }
  if (retryAfterSeconds !== undefined) {
    details.push(detail("RetryInfo", { retry_delay: `PT${retryAfterSeconds}S` }));
  }
  if (code === "rate_limited") {
    details.push(detail("QuotaFailure", { violations: [{ subject: domain, description: message }] }));
  }
  if (requestId !== undefined) details.push(detail("RequestInfo", { request_id: requestId }));
  if (declared !== undefined && data !== undefined) details.push(encode(declared, data, codecs));
  return details;
}

/** UPPER_SNAKE_CASE, as ErrorInfo and FieldViolation ask for: `slot_taken` → `SLOT_TAKEN`. */
function toReason(code: string): string {
  return code.toUpperCase().replace(/[^A-Z0-9]/g, "_");
}

/** Facts about a built-in error, as texts; and whether a retry can help. */
function metadataOf({ data, entry }: ApiError, withData: boolean): Record<string, string> {
  const metadata: Record<string, string> = { retry: entry.retry };
  for (const [name, value] of Object.entries(withData ? (data ?? {}) : {})) {
    metadata[name] = typeof value === "string" ? value : JSON.stringify(value, digits);
  }
  return metadata;
}

/** JSON.stringify has no form for whole numbers beyond 2^53. */
function digits(_key: string, value: unknown): unknown {
  return typeof value === "bigint" ? value.toString() : value;
}

function detail(name: string, value: unknown): RpcErrorDetail {
  rpcCodecs ??= createProtoCodecs(ERROR_DETAILS);
  return encode(`google.rpc.${name}`, value, rpcCodecs);
}

function encode(name: string, value: unknown, codecs: ProtoCodecs): RpcErrorDetail {
  const debug: JsonValue = JSON.parse(utf8.decode(codecs.json(name).encode(value)));
  return { typeUrl: TYPE_URL + name, value: codecs.proto(name).encode(value), debug };
}
