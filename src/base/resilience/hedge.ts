import { COUNT, checkOptions, MILLISECONDS } from "./check-options.ts";
import { type FollowedSignal, followSignal } from "./follow-signal.ts";
import { notify, type ObservedOptions } from "./observer.ts";
import { retryAdvice } from "./retry-advice.ts";
import type { RetryBudget } from "./retry-budget.ts";
import { type Scheduler, systemScheduler } from "./scheduler.ts";

export interface HedgeOptions extends ObservedOptions {
  /** Milliseconds without an answer after which the work is begun once more: about the 95th percentile. */
  readonly delayMs: number;
  /** Tries in all, the first one included. Default 2. */
  readonly maxAttempts?: number;
  readonly signal?: AbortSignal | undefined;
  /** Errors that end it at once, since another try would get the same. Default: those of advice `no`. */
  readonly isFatal?: (error: unknown) => boolean;
  /** Shared with retries: where it allows none, there are no further tries. */
  readonly budget?: RetryBudget | undefined;
  readonly scheduler?: Scheduler;
}

/**
 * Begins the work again where the answer is slow, and takes the first success; the tries that lost are aborted. Only for
 * work that may be done twice. "Hedged requests" of Dean and Barroso, The Tail at Scale (CACM 2013), by the rules of
 * gRPC A6: after a failure the next try begins at once.
 */
export function hedge<T>(
  work: (attempt: { readonly number: number; readonly signal: AbortSignal }) => PromiseLike<T>,
  options: HedgeOptions,
): Promise<T> {
  checkOptions("hedge", options, {
    name: "any",
    observer: "any",
    delayMs: MILLISECONDS,
    maxAttempts: COUNT,
    signal: "any",
    isFatal: "any",
    budget: "any",
    scheduler: "any",
  });
  const { name = "hedge", observer, delayMs, maxAttempts = 2, signal, budget } = options;
  const { isFatal = (error) => retryAdvice(error) === "no", scheduler = systemScheduler } = options;
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const running = new Map<number, FollowedSignal>();
    let begun = 0;
    let cancelTimer: (() => void) | undefined;
    let settled = false;

    const settle = (end: () => void, reason: unknown): void => {
      if (settled) return;
      settled = true;
      cancelTimer?.();
      signal?.removeEventListener("abort", leave);
      for (const { abort } of running.values()) abort(reason);
      for (const { release } of running.values()) release();
      end();
    };
    const leave = () => settle(() => reject(signal?.reason), signal?.reason);
    const mayBegin = () => begun < maxAttempts && (begun === 0 || budget?.allows() !== false);

    const begin = (): void => {
      const number = ++begun;
      const followed = followSignal(signal);
      running.set(number, followed);
      if (number > 1) notify(observer, { kind: "hedge", name, attempt: number });
      cancelTimer?.();
      cancelTimer = begun < maxAttempts ? scheduler.after(delayMs, () => mayBegin() && begin()) : undefined;
      const ended = () => {
        running.delete(number);
        followed.release();
      };
      startWork(work, number, followed.signal).then(
        (value) => {
          ended();
          if (settled) return;
          budget?.succeeded();
          if (number > 1) notify(observer, { kind: "hedge-won", name, attempt: number });
          settle(() => resolve(value), new DOMException("Another try was faster.", "AbortError"));
        },
        (error: unknown) => {
          ended();
          if (settled) return;
          if (isFatal(error)) return settle(() => reject(error), error);
          budget?.failed();
          if (mayBegin()) begin();
          else if (running.size === 0) settle(() => reject(error), error);
        },
      );
    };
    signal?.addEventListener("abort", leave);
    begin();
  });
}

/** Work that throws before it returns a promise fails like work whose promise rejects. */
async function startWork<T>(
  work: (attempt: { readonly number: number; readonly signal: AbortSignal }) => PromiseLike<T>,
  number: number,
  signal: AbortSignal,
): Promise<T> {
  return await work({ number, signal });
}
