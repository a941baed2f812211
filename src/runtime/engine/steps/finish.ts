import { UsageError } from "../../../base/errors/index.ts";
import { stringifyJson, utf8Length } from "../../../base/lib/index.ts";
import { MAX_RESULT_BYTES, OPERATION } from "../../../contract/model/index.ts";
import type { ActiveCall } from "../active-call.ts";
import type { Success } from "../call.ts";
import type { Step } from "../step.ts";
import { cancelled } from "./admit.ts";

/**
 * Ends a long-running operation in the transaction that did its work. An operation that was cancelled, or whose work another
 * process has taken over, undoes the work instead.
 */
export const finish: Step = {
  name: "finish",
  appliesTo: (_operation, _model, mode) => mode === "run",
  prepare() {
    return (call) => end(call);
  },
};

async function end(call: ActiveCall): Promise<void> {
  const { session, running, success } = call;
  if (running === undefined || success === undefined)
    throw new TypeError("Nothing runs that could be finished");
  const result = resultOf(call, success);
  // Before the work, in the order that `cancel` takes its locks.
  const row = await session.get(OPERATION, running.id, {
    fields: ["id", "status"],
    access: "all",
    lock: true,
  });
  const holds =
    row?.values.status === "running" && (await session.finishOperation(running.id, running.holder));
  if (!holds) {
    running.isLost = true;
    throw cancelled();
  }
  const changes = { status: "succeeded", done: true, ...(result === undefined ? {} : { result }) };
  await session.update(OPERATION, running.id, changes);
}

function resultOf({ plan }: ActiveCall, { value }: Success): Success["value"] {
  if (value === undefined || utf8Length(stringifyJson(value)) <= MAX_RESULT_BYTES) return value;
  throw new UsageError({
    place: `handler of ${plan.operation.id}`,
    expected: `a result of at most ${MAX_RESULT_BYTES} bytes as JSON`,
    found: "a larger one",
    fix: "store what is large and answer with where it is",
  });
}
