/** Name of a gRPC status, as in google.rpc.Code. */
export type GrpcStatus =
  | "CANCELLED"
  | "INVALID_ARGUMENT"
  | "DEADLINE_EXCEEDED"
  | "NOT_FOUND"
  | "ALREADY_EXISTS"
  | "PERMISSION_DENIED"
  | "RESOURCE_EXHAUSTED"
  | "FAILED_PRECONDITION"
  | "ABORTED"
  | "OUT_OF_RANGE"
  | "UNIMPLEMENTED"
  | "INTERNAL"
  | "UNAVAILABLE"
  | "UNAUTHENTICATED";

/** What one error code means on every protocol. */
export interface CodeEntry {
  /** HTTP status, RFC 9110 (422: section 15.5.21; 428, 429, 431: RFC 6585). */
  readonly http: number;
  readonly grpc: GrpcStatus;
  /**
   * Whether the same request may succeed later: `no`; `later` (unchanged, after a pause); `same-key` (an unsafe
   * request only with the same idempotency key, since its fate is unknown).
   */
  readonly retry: "no" | "later" | "same-key";
  /** Short human title, stable: RFC 9457 section 3.1.3. */
  readonly title: string;
}

/**
 * The one closed table of error codes: each protocol reads its status from here. Errors that a contract declares
 * have codes of their own and borrow the row that matches their HTTP status ({@link codeForStatus}).
 */
// biome-ignore format: a table, a row each
export const CODES = {
  malformed_request: { http: 400, grpc: "INVALID_ARGUMENT", retry: "no", title: "Malformed request" },
  invalid_parameter: { http: 400, grpc: "INVALID_ARGUMENT", retry: "no", title: "Invalid parameter" },
  invalid_cursor: { http: 400, grpc: "INVALID_ARGUMENT", retry: "no", title: "Invalid cursor" },
  idempotency_key_missing: { http: 400, grpc: "INVALID_ARGUMENT", retry: "no", title: "Idempotency key missing" },
  digest_mismatch: { http: 400, grpc: "INVALID_ARGUMENT", retry: "no", title: "Digest mismatch" },
  too_complex: { http: 400, grpc: "RESOURCE_EXHAUSTED", retry: "no", title: "Too complex" },
  unauthenticated: { http: 401, grpc: "UNAUTHENTICATED", retry: "no", title: "Not authenticated" },
  forbidden: { http: 403, grpc: "PERMISSION_DENIED", retry: "no", title: "Forbidden" },
  not_found: { http: 404, grpc: "NOT_FOUND", retry: "no", title: "Not found" },
  method_not_allowed: { http: 405, grpc: "UNIMPLEMENTED", retry: "no", title: "Method not allowed" },
  not_acceptable: { http: 406, grpc: "INVALID_ARGUMENT", retry: "no", title: "Not acceptable" },
  request_timeout: { http: 408, grpc: "DEADLINE_EXCEEDED", retry: "later", title: "Request timed out" },
  conflict: { http: 409, grpc: "ABORTED", retry: "later", title: "Conflict" },
  already_exists: { http: 409, grpc: "ALREADY_EXISTS", retry: "no", title: "Already exists" },
  invalid_state: { http: 409, grpc: "FAILED_PRECONDITION", retry: "no", title: "Invalid state" },
  idempotency_in_progress: { http: 409, grpc: "ABORTED", retry: "same-key", title: "Still in progress" },
  gone: { http: 410, grpc: "NOT_FOUND", retry: "no", title: "Gone" },
  precondition_failed: { http: 412, grpc: "FAILED_PRECONDITION", retry: "no", title: "Precondition failed" },
  payload_too_large: { http: 413, grpc: "RESOURCE_EXHAUSTED", retry: "no", title: "Payload too large" },
  uri_too_long: { http: 414, grpc: "INVALID_ARGUMENT", retry: "no", title: "URI too long" },
  unsupported_media_type: { http: 415, grpc: "INVALID_ARGUMENT", retry: "no", title: "Unsupported media type" },
  range_not_satisfiable: { http: 416, grpc: "OUT_OF_RANGE", retry: "no", title: "Range not satisfiable" },
  expectation_failed: { http: 417, grpc: "INVALID_ARGUMENT", retry: "no", title: "Expectation failed" },
  invalid_input: { http: 422, grpc: "INVALID_ARGUMENT", retry: "no", title: "Invalid input" },
  reference_not_found: { http: 422, grpc: "FAILED_PRECONDITION", retry: "no", title: "Reference not found" },
  idempotency_key_reused: { http: 422, grpc: "INVALID_ARGUMENT", retry: "no", title: "Idempotency key reused" },
  failed_dependency: { http: 424, grpc: "ABORTED", retry: "no", title: "Failed dependency" },
  precondition_required: { http: 428, grpc: "FAILED_PRECONDITION", retry: "no", title: "Precondition required" },
  rate_limited: { http: 429, grpc: "RESOURCE_EXHAUSTED", retry: "later", title: "Rate limited" },
  headers_too_large: { http: 431, grpc: "INVALID_ARGUMENT", retry: "no", title: "Headers too large" },
  cancelled: { http: 499, grpc: "CANCELLED", retry: "same-key", title: "Cancelled by the caller" },
  internal: { http: 500, grpc: "INTERNAL", retry: "same-key", title: "Internal error" },
  not_implemented: { http: 501, grpc: "UNIMPLEMENTED", retry: "no", title: "Not implemented" },
  upstream_failed: { http: 502, grpc: "UNAVAILABLE", retry: "same-key", title: "Upstream failed" },
  unavailable: { http: 503, grpc: "UNAVAILABLE", retry: "same-key", title: "Unavailable" },
  deadline_exceeded: { http: 504, grpc: "DEADLINE_EXCEEDED", retry: "same-key", title: "Deadline exceeded" },
} as const satisfies Record<string, CodeEntry>;

/** One of the built-in error codes. */
export type Code = keyof typeof CODES;

const BY_STATUS = new Map<number, CodeEntry>();
for (const entry of Object.values(CODES)) if (!BY_STATUS.has(entry.http)) BY_STATUS.set(entry.http, entry);

/** Returns the table row that a declared error of this HTTP status borrows; undefined for a status not in the table. */
export function codeForStatus(status: number): CodeEntry | undefined {
  return BY_STATUS.get(status);
}

const HELPED_BY_A_PAUSE: ReadonlySet<number> = new Set([408, 429]);

/**
 * What a declared error of this HTTP status means: the row that it borrows, but a pause helps only where the status itself
 * says so. A handler gives it for a reason in the data, and the answer is kept under the idempotency key.
 */
export function entryForDeclared(status: number): CodeEntry {
  const entry = codeForStatus(status) ?? CODES.internal;
  if (status >= 500 || HELPED_BY_A_PAUSE.has(status)) return entry;
  return { ...entry, retry: "no" };
}
