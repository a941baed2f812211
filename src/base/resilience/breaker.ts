import { COUNT, checkOptions, MILLISECONDS } from "./check-options.ts";
import { isOutage } from "./is-outage.ts";
import { type BreakerState, notify, type ObservedOptions } from "./observer.ts";
import { Refusal } from "./refusal.ts";
import { createRollingWindow } from "./rolling-window.ts";
import { type Scheduler, systemScheduler } from "./scheduler.ts";

export interface BreakerOptions extends ObservedOptions {
  /** Milliseconds of outcomes that are looked at. Default 10,000. */
  readonly windowMs?: number;
  /** Outcomes in the window below which nothing is decided. Default 10. */
  readonly minimumCalls?: number;
  /** Share of failures from which it opens. Default 0.5. */
  readonly failureRatio?: number;
  /** Milliseconds it stays open before calls are let through to see. Default 5,000. */
  readonly openMs?: number;
  /** Calls that are let through to see; it closes when all of them succeed. Default 1. */
  readonly probes?: number;
  /** Which errors count as failures. Default {@link isOutage}; the others count as successes. */
  readonly isFailure?: (error: unknown) => boolean;
  readonly scheduler?: Scheduler;
}

/** Stops calling a service that fails, so that it can recover and callers need not wait. One for each service. */
export interface Breaker {
  readonly state: BreakerState;
  /** Does the work, or rejects at once with a {@link Refusal} while the breaker is open. */
  run<T>(work: () => PromiseLike<T>): Promise<T>;
}

/** Parts that the window is counted in: one tenth of it is forgotten at a time. */
const BUCKETS = 10;

/** Makes a breaker that is closed. https://martinfowler.com/bliki/CircuitBreaker.html */
export function createBreaker(options: BreakerOptions = {}): Breaker {
  checkOptions("breaker", options, {
    name: "any",
    observer: "any",
    windowMs: { least: 1, most: 86_400_000 },
    minimumCalls: COUNT,
    failureRatio: { least: 0.001, most: 1 },
    openMs: MILLISECONDS,
    probes: COUNT,
    isFailure: "any",
    scheduler: "any",
  });
  const { name = "breaker", observer, scheduler = systemScheduler, isFailure = isOutage } = options;
  const { windowMs = 10_000, minimumCalls = 10, failureRatio = 0.5, openMs = 5000, probes = 1 } = options;
  const window = createRollingWindow(windowMs, BUCKETS);
  let state: BreakerState = "closed";
  // Counts the changes: what began before one says nothing about the time after it.
  let generation = 0;
  let changedAt = 0;
  let probesLeft = 0;
  let probesSucceeded = 0;

  const change = (to: BreakerState): void => {
    const from = state;
    state = to;
    generation++;
    changedAt = scheduler.now();
    probesLeft = probes;
    probesSucceeded = 0;
    window.clear();
    notify(observer, { kind: "breaker", name, from, to });
  };

  const enter = (): void => {
    const sinceMs = scheduler.now() - changedAt;
    if (state === "open" && sinceMs >= openMs) change("half-open");
    // A probe that never comes back must not keep the others out for ever.
    else if (state === "half-open" && probesLeft === 0 && sinceMs >= openMs) change("half-open");
    if (state === "closed") return;
    if (state === "half-open" && probesLeft > 0) {
      probesLeft--;
      return;
    }
    notify(observer, { kind: "refused", name, by: "breaker" });
    const waitMs = Math.max(changedAt + openMs - scheduler.now(), 0);
    throw new Refusal("breaker", `The breaker "${name}" is ${state}.`, Math.ceil(waitMs / 1000));
  };

  const record = (began: number, outcome: "success" | "failure" | "called-off"): void => {
    if (began !== generation) return;
    if (state === "half-open") {
      if (outcome === "called-off") probesLeft++;
      else if (outcome === "failure") change("open");
      else if (++probesSucceeded >= probes) change("closed");
      return;
    }
    if (outcome === "called-off") return;
    const now = scheduler.now();
    window.add(outcome === "failure", now);
    const { total, failures } = window.count(now);
    if (total >= minimumCalls && failures / total >= failureRatio) change("open");
  };

  return {
    get state() {
      return state;
    },
    async run(work) {
      enter();
      const began = generation;
      try {
        const value = await work();
        record(began, "success");
        return value;
      } catch (error) {
        record(began, isCalledOff(error) ? "called-off" : isFailure(error) ? "failure" : "success");
        throw error;
      }
    },
  };
}

/** The caller lost interest, which says nothing about the service. */
function isCalledOff(error: unknown): boolean {
  return (
    error instanceof Error && (error.name === "AbortError" || ("code" in error && error.code === "cancelled"))
  );
}
