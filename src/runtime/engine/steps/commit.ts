import { changesData } from "../../../contract/model/index.ts";
import type { ActiveCall } from "../active-call.ts";
import { keepAnswer } from "../replay.ts";
import type { Step } from "../step.ts";

/** Commits rows, events and the stored answer together. A command that needed no transaction has nothing to commit. */
export const commit: Step = {
  name: "commit",
  appliesTo: changesData,
  prepare() {
    return (call) => (call.inTransaction ? commitAll(call) : undefined);
  },
};

async function commitAll(call: ActiveCall): Promise<void> {
  const { session, claim, success, events } = call;
  for (const event of events ?? []) await session.appendEvent(event);
  if (claim !== undefined && success !== undefined) {
    await session.storeAnswer(claim, keepAnswer(call, success));
  }
  // The deadline may have passed while the answer was being stored; then the transaction is being rolled back.
  if (call.ended) return;
  call.committing = true;
  await session.commit();
}
