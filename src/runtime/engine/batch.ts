import type { ApiError } from "../../base/errors/index.ts";
import { failureOf } from "./active-call.ts";
import { type AtomicBatch, type BatchScope, failedDependency } from "./atomic-batch.ts";
import type { Call, Outcome } from "./call.ts";

/** How calls are run together. */
export interface BatchOptions extends Partial<BatchScope> {
  /** All or nothing, in one transaction. */
  readonly atomic: boolean;
}

/** What {@link runBatch} runs calls by. */
export interface BatchRunner {
  readonly execute: (call: Call) => Promise<Outcome> | Outcome;
  readonly openBatch: (scope: BatchScope) => AtomicBatch;
}

/** Time for a batch whose caller says nothing: as much as one call has by default. */
const DEFAULT_TIMEOUT_MS = 30_000;

/** Runs calls one after the other and answers each. */
export async function runBatch(
  calls: readonly Call[],
  { atomic, timeoutMs = DEFAULT_TIMEOUT_MS, signal }: BatchOptions,
  { execute, openBatch }: BatchRunner,
): Promise<readonly Outcome[]> {
  const outcomes: Outcome[] = [];
  if (atomic) {
    const batch = openBatch({ timeoutMs, signal });
    for (const call of calls) outcomes.push(await batch.execute(call));
    return settleAtomic(outcomes, await batch.end());
  }
  const deadline = Date.now() + timeoutMs;
  for (const call of calls) {
    const leftMs = deadline - Date.now();
    const meta = { ...call.meta, timeoutMs: Math.min(call.meta.timeoutMs ?? leftMs, leftMs) };
    outcomes.push(await execute({ ...call, signal, meta }));
  }
  return outcomes;
}

/**
 * What callers are told of an atomic batch. Where a part failed, the others depended on it; where only the commit did,
 * all parts failed by that.
 */
function settleAtomic(outcomes: readonly Outcome[], failure: ApiError | undefined): readonly Outcome[] {
  if (failure === undefined) return outcomes;
  const isOwn = outcomes.some((outcome) => !outcome.ok);
  return outcomes.map((outcome) => {
    if (!outcome.ok) return outcome;
    return failureOf(isOwn ? failedDependency() : failure);
  });
}
