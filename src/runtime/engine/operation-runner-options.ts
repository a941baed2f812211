import { checkOptions, MILLISECONDS } from "../../base/resilience/check-options.ts";

/** How a process does the work of long-running operations. */
export interface RunnerOptions {
  /** Operations at once in this process. Default 5. */
  readonly maxConcurrent?: number;
  /** Milliseconds between two looks for work that other processes have accepted or left. Default 1,000. */
  readonly pollMs?: number;
  /** Milliseconds after which the work of a process that died is taken over. Default 30,000. */
  readonly leaseMs?: number;
  /** Upper end of the first pause before work that failed is tried again; it doubles. Default 1,000. */
  readonly retryMs?: number;
  /** Upper end of any such pause. Default 60,000. */
  readonly maxRetryMs?: number;
}

/** {@link RunnerOptions} with every default filled in. */
export type ResolvedRunnerOptions = Required<RunnerOptions>;

/** Fills the defaults in; throws UsageError for what cannot be. */
export function resolveRunnerOptions(options: RunnerOptions = {}): ResolvedRunnerOptions {
  checkOptions("operations", options, {
    maxConcurrent: { least: 1, most: 1000, whole: true },
    pollMs: { least: 10, most: 3_600_000 },
    leaseMs: { least: 100, most: 86_400_000, whole: true },
    retryMs: MILLISECONDS,
    maxRetryMs: MILLISECONDS,
  });
  // Half of a pool of ten connections at most, so that callers are served beside it.
  return { maxConcurrent: 5, pollMs: 1000, leaseMs: 30_000, retryMs: 1000, maxRetryMs: 60_000, ...options };
}
