import type { GrpcStatus } from "../../base/errors/index.ts";

/** Name of a status that an RPC may fail with: google.rpc.Code without OK. */
export type RpcStatus = GrpcStatus | "UNKNOWN" | "DATA_LOSS";

/** Number of each status on the wire, as in google.rpc.Code. */
export const STATUS_NUMBERS = {
  CANCELLED: 1,
  UNKNOWN: 2,
  INVALID_ARGUMENT: 3,
  DEADLINE_EXCEEDED: 4,
  NOT_FOUND: 5,
  ALREADY_EXISTS: 6,
  PERMISSION_DENIED: 7,
  RESOURCE_EXHAUSTED: 8,
  FAILED_PRECONDITION: 9,
  ABORTED: 10,
  OUT_OF_RANGE: 11,
  UNIMPLEMENTED: 12,
  INTERNAL: 13,
  UNAVAILABLE: 14,
  DATA_LOSS: 15,
  UNAUTHENTICATED: 16,
} as const satisfies Record<RpcStatus, number>;
