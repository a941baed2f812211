export { type Breaker, type BreakerOptions, createBreaker } from "./breaker.ts";
export { type Bulkhead, type BulkheadOptions, createBulkhead } from "./bulkhead.ts";
export { checkOptions, MILLISECONDS, type OptionCheck } from "./check-options.ts";
export { Deadline, type DeadlineOptions } from "./deadline.ts";
export { type BackoffOptions, fullJitter } from "./full-jitter.ts";
export { type HedgeOptions, hedge } from "./hedge.ts";
export { isOutage } from "./is-outage.ts";
export {
  type BreakerState,
  notify,
  type ObservedOptions,
  type ResilienceEvent,
  type ResilienceObserver,
} from "./observer.ts";
export { Refusal } from "./refusal.ts";
export {
  createResilienceCounters,
  type ResilienceCount,
  type ResilienceCounters,
} from "./resilience-counters.ts";
export { type Attempt, type RetryOptions, retry } from "./retry.ts";
export { type RetryAdvice, retryAdvice } from "./retry-advice.ts";
export { createRetryBudget, type RetryBudget, type RetryBudgetOptions } from "./retry-budget.ts";
export { type Scheduler, systemScheduler } from "./scheduler.ts";
export { untilAborted } from "./until-aborted.ts";
export { wait } from "./wait.ts";
export { type FallbackOptions, withFallback } from "./with-fallback.ts";
