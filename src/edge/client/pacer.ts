import type { Scheduler } from "../../base/resilience/index.ts";
import type { RateLimit } from "../../wire/rest/rate-limit.ts";

/** Keeps a client within the service's rate limit, as far as its answers tell of it. */
export interface Pacer {
  /** Milliseconds until a request may be sent; 0 takes one of those that are left. */
  delayMs(): number;
  /** What an answer said. */
  learn(limit: RateLimit): void;
}

/** Makes a pacer that knows of no limit. */
export function createPacer(scheduler: Scheduler): Pacer {
  let remaining = Number.POSITIVE_INFINITY;
  let resetAt = 0;
  return {
    delayMs() {
      const now = scheduler.now();
      // After the reset there is more; how much, the next answer says.
      if (now >= resetAt) remaining = Number.POSITIVE_INFINITY;
      if (remaining <= 0) return resetAt - now;
      remaining--;
      return 0;
    },
    learn(limit) {
      const at = scheduler.now() + limit.resetSeconds * 1000;
      // Answers may overtake each other: within one window the lowest number is the latest.
      const sameWindow = scheduler.now() < resetAt && Math.abs(at - resetAt) < 1000;
      remaining = sameWindow ? Math.min(remaining, limit.remaining) : limit.remaining;
      resetAt = at;
    },
  };
}
