import { ApiError } from "../errors/index.ts";
import { COUNT, checkOptions, MILLISECONDS } from "./check-options.ts";
import { Deadline } from "./deadline.ts";
import { followSignal } from "./follow-signal.ts";
import { fullJitter } from "./full-jitter.ts";
import { notify, type ObservedOptions, type ResilienceEvent } from "./observer.ts";
import { type RetryAdvice, retryAdvice } from "./retry-advice.ts";
import type { RetryBudget } from "./retry-budget.ts";
import { type Scheduler, systemScheduler } from "./scheduler.ts";
import { untilAborted } from "./until-aborted.ts";
import { wait } from "./wait.ts";

/** One try. */
export interface Attempt {
  /** From 1 on. */
  readonly number: number;
  /** Aborted when the try's time is over or the caller has gone: hand it to what the work calls. */
  readonly signal: AbortSignal;
  /** Milliseconds this try may take; undefined without any deadline. Hand it on to the service that is called. */
  readonly remainingMs: number | undefined;
}

export interface RetryOptions extends ObservedOptions {
  /** Tries in all, the first one included. Default 3. */
  readonly maxAttempts?: number;
  /**
   * Whether doing the work twice is harmless: it only reads, or carries an idempotency key. Default false: then only what
   * surely was not done is tried again.
   */
  readonly repeatable?: boolean;
  /** Milliseconds for all tries and the pauses between them. Default: no end. */
  readonly timeoutMs?: number;
  /** Milliseconds for one try; then it is aborted, and another one may follow. Default: no end of its own. */
  readonly attemptTimeoutMs?: number;
  /** The caller's. */
  readonly signal?: AbortSignal | undefined;
  /** Upper end of the first pause. Default 100. */
  readonly baseMs?: number;
  /** Upper end of any pause. Default 10,000. */
  readonly maxMs?: number;
  /** The longest pause that a service may ask for; a longer one ends the retries. Default 60,000. */
  readonly maxRetryAfterMs?: number;
  /** Shared by all calls to one service. Default: none. */
  readonly budget?: RetryBudget | undefined;
  /** What an error says about another try. Default {@link retryAdvice}. */
  readonly advise?: (error: unknown) => RetryAdvice;
  readonly random?: () => number;
  readonly scheduler?: Scheduler;
}

const CHECKS = {
  name: "any",
  observer: "any",
  maxAttempts: COUNT,
  repeatable: "any",
  timeoutMs: MILLISECONDS,
  attemptTimeoutMs: MILLISECONDS,
  signal: "any",
  baseMs: MILLISECONDS,
  maxMs: MILLISECONDS,
  maxRetryAfterMs: MILLISECONDS,
  budget: "any",
  advise: "any",
  random: "any",
  scheduler: "any",
} as const;

/**
 * Does the work until it succeeds or another try cannot help: full jitter between tries, never less than the error's
 * `retryAfterSeconds`. Rejects with the last try's error, with `deadline_exceeded` (its cause the error before), or with the
 * reason of the caller's signal.
 */
export async function retry<T>(
  work: (attempt: Attempt) => PromiseLike<T>,
  options: RetryOptions = {},
): Promise<T> {
  checkOptions("retry", options, CHECKS);
  const {
    name = "retry",
    observer,
    budget,
    signal: caller,
    timeoutMs,
    scheduler = systemScheduler,
  } = options;
  const deadline =
    timeoutMs === undefined ? undefined : Deadline.after(timeoutMs, { signal: caller, scheduler });
  const signal = deadline?.signal ?? caller;
  let last: unknown;
  try {
    for (let attempt = 1; ; attempt++) {
      try {
        const value = await attemptOnce(work, attempt, { signal, deadline, options });
        budget?.succeeded();
        return value;
      } catch (error) {
        if (signal?.aborted) throw endOf(signal, caller, last);
        last = error;
        const advice = (options.advise ?? retryAdvice)(error);
        if (advice === "no") throw error;
        budget?.failed();
        const delayMs = pauseBefore(attempt, error, options);
        const reason = whyNot({ attempt, advice, delayMs, deadline, options });
        if (reason !== undefined) {
          notify(observer, { kind: "retry-given-up", name, attempt, reason, error });
          throw error;
        }
        notify(observer, { kind: "retry", name, attempt, delayMs, error });
        await wait(delayMs, { scheduler, ...(signal === undefined ? {} : { signal }) });
      }
    }
  } catch (error) {
    // Whichever wait the signal ended.
    throw signal?.aborted && error === signal.reason ? endOf(signal, caller, last) : error;
  } finally {
    deadline?.dispose();
  }
}

interface Surroundings {
  readonly signal: AbortSignal | undefined;
  readonly deadline: Deadline | undefined;
  readonly options: RetryOptions;
}

async function attemptOnce<T>(
  work: (attempt: Attempt) => PromiseLike<T>,
  number: number,
  { signal, deadline, options }: Surroundings,
): Promise<T> {
  const { attemptTimeoutMs, scheduler = systemScheduler } = options;
  signal?.throwIfAborted();
  const own =
    attemptTimeoutMs === undefined
      ? undefined
      : (deadline?.within(attemptTimeoutMs) ?? Deadline.after(attemptTimeoutMs, { signal, scheduler }));
  const followed = own === undefined ? followSignal(signal) : undefined;
  const attemptSignal = own?.signal ?? followed?.signal ?? new AbortController().signal;
  const remainingMs = (own ?? deadline)?.remainingMs;
  try {
    return await untilAborted(work({ number, signal: attemptSignal, remainingMs }), attemptSignal);
  } finally {
    own?.dispose();
    followed?.release();
  }
}

function pauseBefore(attempt: number, error: unknown, options: RetryOptions): number {
  const { baseMs = 100, maxMs = 10_000, random = Math.random } = options;
  const jitter = fullJitter(attempt, { baseMs, maxMs, random });
  const asked = error instanceof ApiError ? (error.retryAfterSeconds ?? 0) * 1000 : 0;
  // Jitter on top of what the service asks for: it tells the same to everybody.
  return asked + jitter;
}

function whyNot({
  attempt,
  advice,
  delayMs,
  deadline,
  options,
}: {
  readonly attempt: number;
  readonly advice: RetryAdvice;
  readonly delayMs: number;
  readonly deadline: Deadline | undefined;
  readonly options: RetryOptions;
}): Extract<ResilienceEvent, { kind: "retry-given-up" }>["reason"] | undefined {
  const { maxAttempts = 3, maxMs = 10_000, maxRetryAfterMs = 60_000, repeatable = false, budget } = options;
  if (advice === "same-key" && !repeatable) return "unsafe";
  if (attempt >= maxAttempts) return "attempts";
  if (delayMs > maxRetryAfterMs + maxMs) return "deadline";
  // The answer that there is tells more than a deadline that passes while waiting.
  if (deadline !== undefined && delayMs >= deadline.remainingMs) return "deadline";
  if (budget?.allows() === false) return "budget";
  return undefined;
}

function endOf(signal: AbortSignal, caller: AbortSignal | undefined, last: unknown): unknown {
  if (caller?.aborted || last === undefined || !(signal.reason instanceof ApiError)) return signal.reason;
  return new ApiError("deadline_exceeded", signal.reason.message, { cause: last });
}
