import type { RpcStatus } from "../grpc/index.ts";

/** HTTP status of each error of a unary call (Connect protocol, "Error codes"). */
const HTTP_STATUSES = {
  CANCELLED: 499,
  UNKNOWN: 500,
  INVALID_ARGUMENT: 400,
  DEADLINE_EXCEEDED: 504,
  NOT_FOUND: 404,
  ALREADY_EXISTS: 409,
  PERMISSION_DENIED: 403,
  RESOURCE_EXHAUSTED: 429,
  FAILED_PRECONDITION: 400,
  ABORTED: 409,
  OUT_OF_RANGE: 400,
  UNIMPLEMENTED: 501,
  INTERNAL: 500,
  UNAVAILABLE: 503,
  DATA_LOSS: 500,
  UNAUTHENTICATED: 401,
} as const satisfies Record<RpcStatus, number>;

/** Says with which HTTP status a unary call fails. */
export function connectHttpStatus(status: RpcStatus): number {
  return HTTP_STATUSES[status];
}
