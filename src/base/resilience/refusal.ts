import { ApiError } from "../errors/index.ts";

/**
 * A call that a policy refused without trying it: nothing was sent, so that it may be repeated whatever it does. Its code
 * is `unavailable`.
 */
export class Refusal extends ApiError {
  /** Who refused. */
  readonly by: "breaker" | "bulkhead";

  constructor(by: Refusal["by"], message: string, retryAfterSeconds?: number) {
    super("unavailable", message, retryAfterSeconds === undefined ? {} : { retryAfterSeconds });
    this.by = by;
  }
}
