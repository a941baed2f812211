import { checkOptions } from "./check-options.ts";
import { isOutage } from "./is-outage.ts";
import { notify, type ObservedOptions } from "./observer.ts";

export interface FallbackOptions extends ObservedOptions {
  /** Errors that the fallback stands in for; others are thrown. Default {@link isOutage}. */
  readonly when?: (error: unknown) => boolean;
}

/**
 * Does the work, and where it fails with an outage, the fallback instead: a cached value, a lesser service. Where that
 * fails too, its error has the first one as `cause` if it has none of its own.
 */
export async function withFallback<T, F = T>(
  work: () => PromiseLike<T>,
  fallback: (error: unknown) => F | PromiseLike<F>,
  options: FallbackOptions = {},
): Promise<T | F> {
  checkOptions("fallback", options, { name: "any", observer: "any", when: "any" });
  const { name = "fallback", observer, when = isOutage } = options;
  try {
    return await work();
  } catch (error) {
    if (!when(error)) throw error;
    notify(observer, { kind: "fallback", name, error });
    try {
      return await fallback(error);
    } catch (second) {
      if (second instanceof Error && second !== error && second.cause === undefined) second.cause = error;
      throw second;
    }
  }
}
