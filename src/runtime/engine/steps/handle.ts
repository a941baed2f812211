import type { ActiveCall } from "../active-call.ts";
import { CallContext } from "../call-context.ts";
import { getRow } from "../defaults/get.ts";
import { defaultWork } from "../defaults/index.ts";
import { DurableSteps } from "../durable-steps.ts";
import { isRow } from "../encode-row.ts";
import type { Handler } from "../handle.ts";
import type { OperationPlan } from "../operation-plan.ts";
import type { IdempotencyClaim } from "../ports.ts";
import { recheckRow } from "../recheck.ts";
import { isPromise } from "../record.ts";
import type { Step, StepRun } from "../step.ts";

/** Does what the operation is for: its handler, or the default for its method. */
export const handle: Step = {
  name: "handle",
  appliesTo: (_operation, _model, mode) => mode !== "accept",
  prepare(plan, { tracer }) {
    const work = workOf(plan);
    if (tracer === undefined) return work;
    return (call) => (call.span === undefined ? work(call) : call.span.run(() => work(call)));
  },
};

function workOf(plan: OperationPlan): StepRun {
  const { handler, resource, operation } = plan;
  if (handler === undefined) {
    const work = defaultWork(plan);
    if (work === undefined) throw new TypeError(`${operation.id} has neither a handler nor default work`);
    return work;
  }
  const created = operation.method === "create" ? resource?.name : undefined;
  const run = plan.durable ? withSteps(handler, created) : withHandler(handler, created);
  const readsRow = operation.method === "get" || operation.method === "download";
  if (!readsRow || resource === undefined) return run;
  // A handler of get is given only rows that the caller may see; where all may be seen, the row need not even be stored.
  return (call) => (call.access === "all" ? run(call) : getRow(call, resource).then(() => forget(call, run)));
}

function withHandler({ run }: Handler, created: string | undefined): StepRun {
  return (call) => {
    const value = run(new CallContext(call));
    if (isPromise(value)) return settle(call, value, created);
    call.value = value;
    return recheck(call, created);
  };
}

/** As {@link withHandler}; the run ends where a durable step is to be done, and the call then begins again. */
function withSteps({ run }: Handler, created: string | undefined): StepRun {
  return async (call) => {
    // A step needs to end the transaction, which in a batch is that of all parts.
    const claim = call.batch === undefined ? (call.claim ?? claimOf(call)) : undefined;
    if (claim !== undefined) call.steps ??= new DurableSteps(call, claim);
    const current = call.steps?.run;
    const value = run(new CallContext(call));
    try {
      call.value = current === undefined ? await value : await Promise.race([value, current.suspended]);
    } catch (error) {
      if (!current?.isSuspended) throw error;
    }
    if (current?.isSuspended) return;
    if (current !== undefined) call.steps?.assertAwaited(current);
    await recheck(call, created);
  };
}

/** The steps of a long-running operation are its own: its lease keeps others out. */
function claimOf({ running }: ActiveCall): IdempotencyClaim | undefined {
  return running && { scope: "operation", key: running.id, fingerprint: running.id };
}

async function settle(call: ActiveCall, value: Promise<unknown>, created: string | undefined): Promise<void> {
  call.value = await value;
  await recheck(call, created);
}

/**
 * What the handler made or moved must be the caller's, as if the default had done it; and what it was sent must have been
 * right, even if it answered all the same.
 */
function recheck(call: ActiveCall, created: string | undefined): void | Promise<void> {
  const { value, plan, inbox } = call;
  if (inbox?.failure !== undefined) throw inbox.failure;
  if (created !== undefined && isRow(value)) return recheckRow(call, created, value);
  if (call.recheck && plan.resource && isRow(value)) return recheckRow(call, plan.resource.name, value);
  return undefined;
}

function forget(call: ActiveCall, run: StepRun): void | Promise<void> {
  call.row = undefined;
  return run(call);
}
