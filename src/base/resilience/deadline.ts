import { ApiError } from "../errors/index.ts";
import { checkOptions, MILLISECONDS } from "./check-options.ts";
import { type FollowedSignal, followSignal } from "./follow-signal.ts";
import { type Scheduler, systemScheduler } from "./scheduler.ts";

export interface DeadlineOptions {
  /** Ends the deadline's signal too, with its own reason: the caller's. */
  readonly signal?: AbortSignal | undefined;
  readonly scheduler?: Scheduler;
}

/**
 * The moment by which all of a piece of work must be done: every try, every pause between tries, every call that it makes
 * in turn. Hand on `remainingMs`, never the whole time again.
 */
export class Deadline {
  readonly #at: number;
  readonly #timeoutMs: number;
  readonly #scheduler: Scheduler;
  readonly #followed: FollowedSignal;
  readonly #cancel: () => void;

  private constructor(timeoutMs: number, { signal, scheduler = systemScheduler }: DeadlineOptions) {
    this.#scheduler = scheduler;
    this.#timeoutMs = timeoutMs;
    this.#at = scheduler.now() + timeoutMs;
    this.#followed = followSignal(signal);
    this.#cancel = scheduler.after(timeoutMs, () => this.#followed.abort(this.#error()));
  }

  /** A deadline in so many milliseconds, at most 2^31 - 1. Dispose of it when the work is done. */
  static after(timeoutMs: number, options: DeadlineOptions = {}): Deadline {
    checkOptions("deadline", { timeoutMs }, { timeoutMs: MILLISECONDS });
    return new Deadline(timeoutMs, options);
  }

  /** Milliseconds left; 0 once it has passed. */
  get remainingMs(): number {
    return Math.max(this.#at - this.#scheduler.now(), 0);
  }

  /** Aborted at the deadline with ApiError `deadline_exceeded`, or before that with the reason of the signal it follows. */
  get signal(): AbortSignal {
    return this.#followed.signal;
  }

  /** A deadline for a part of the work: in `timeoutMs`, but never later than this one. */
  within(timeoutMs: number): Deadline {
    return Deadline.after(Math.min(timeoutMs, this.remainingMs), {
      signal: this.signal,
      scheduler: this.#scheduler,
    });
  }

  /** Ends timer and listener; the signal is not aborted any more. */
  dispose(): void {
    this.#cancel();
    this.#followed.release();
  }

  #error(): ApiError {
    return new ApiError("deadline_exceeded", `Not done within ${Math.round(this.#timeoutMs)} ms.`);
  }
}
