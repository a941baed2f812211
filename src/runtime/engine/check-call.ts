import type { ActiveCall } from "./active-call.ts";
import { failureOf } from "./active-call.ts";
import type { Failure } from "./call.ts";
import { toSendable } from "./leave.ts";
import type { Pipeline } from "./pipeline.ts";

/** Steps that need nothing but who calls and which operation. */
const EARLY: ReadonlySet<string> = new Set(["authenticate", "authorize"]);

/**
 * Tells whether a call would be refused whatever its input is, so that a protocol need not take a large one for nothing.
 * The call itself goes through all steps later.
 */
export async function checkCall(pipeline: Pipeline, call: ActiveCall): Promise<Failure | undefined> {
  call.timeoutMs = pipeline.plan.operation.deadlineMs;
  call.deadline = Date.now() + call.timeoutMs;
  try {
    for (const [at, name] of pipeline.names.entries()) {
      if (EARLY.has(name)) await pipeline.runs[at]?.(call);
    }
    return undefined;
  } catch (thrown) {
    return failureOf(toSendable(call.core, thrown));
  } finally {
    call.ended = true;
  }
}
