import { ApiError, type ApiErrorOptions } from "../../base/errors/index.ts";

/**
 * Why a call failed. `answer`: the service says so, `code` tells why. `connection`: none could be made, or it broke.
 * `deadline`: time ran out on this side. `bad-answer`: what came is not what the contract promises. `too-large`: the answer
 * passes `maxResponseBytes`. `redirect`: the service points elsewhere, where the credentials do not belong.
 */
export type CallErrorReason = "answer" | "connection" | "deadline" | "bad-answer" | "too-large" | "redirect";

/** What a failed call is told apart by. */
export interface CallContext {
  /** Id of the operation: `appointment.cancel`. */
  readonly operation: string;
  /** The key under which the command was sent: sent again with it, it is done once. */
  readonly idempotencyKey?: string | undefined;
  /** Of the last try, as it stands in the service's log. */
  readonly requestId?: string | undefined;
}

/**
 * A call that failed. For answers `code`, `data`, `violations` and `retryAfterSeconds` are what the service sent; otherwise
 * the code is `upstream_failed`, or `deadline_exceeded`, and `cause` has what happened.
 */
export class CallError extends ApiError {
  readonly reason: CallErrorReason;
  readonly operation: string;
  readonly idempotencyKey: string | undefined;
  readonly requestId: string | undefined;

  constructor(
    reason: CallErrorReason,
    message: string,
    {
      code,
      context,
      ...options
    }: ApiErrorOptions & { readonly code?: string; readonly context: CallContext },
  ) {
    super(code ?? (reason === "deadline" ? "deadline_exceeded" : "upstream_failed"), message, options);
    this.reason = reason;
    this.operation = context.operation;
    this.idempotencyKey = context.idempotencyKey;
    this.requestId = context.requestId;
  }
}
