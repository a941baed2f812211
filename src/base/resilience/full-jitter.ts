/** How pauses grow. */
export interface BackoffOptions {
  /** Upper end of the first pause. */
  readonly baseMs: number;
  /** Upper end that no pause passes. */
  readonly maxMs: number;
  /** From 0 up to, not including, 1. */
  readonly random: () => number;
}

/**
 * The pause before try number `attempt + 1`: anywhere between 0 and an end that doubles with each try. "Full jitter" of
 * https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/: callers that failed together do not come
 * back together.
 */
export function fullJitter(attempt: number, { baseMs, maxMs, random }: BackoffOptions): number {
  return random() * Math.min(maxMs, baseMs * 2 ** (attempt - 1));
}
