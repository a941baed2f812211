import { OPERATION } from "../../../contract/model/index.ts";
import type { ActiveCall } from "../active-call.ts";
import type { Success } from "../call.ts";
import { encodeRow } from "../encode-row.ts";
import { newRow } from "../new-row.ts";
import { encodeRequest } from "../operation-request.ts";
import type { StoredRow } from "../ports.ts";
import { unauthenticated } from "../refusals.ts";
import type { ResourcePlan } from "../resource-plan.ts";
import { wholeRow } from "../selection.ts";
import type { Step } from "../step.ts";
import { TreeRow } from "../tree/tree-row.ts";

/**
 * Takes the place of the work of a long-running command: an operation for the caller to ask for, and its work in the queue.
 * Both commit with the answer under the caller's idempotency key, so a repeated request gets the same operation.
 */
export const accept: Step = {
  name: "accept",
  appliesTo: (_operation, _model, mode) => mode === "accept",
  prepare(_plan, { resources }) {
    const resource = resources.get(OPERATION);
    if (resource === undefined) throw new TypeError("A model with long-running commands has operations");
    return (call) => enqueue(call, resource);
  },
};

async function enqueue(call: ActiveCall, resource: ResourcePlan): Promise<void> {
  const { core, session, principal, plan } = call;
  if (principal === undefined) throw unauthenticated();
  const values = { name: plan.operation.id, principal: principal.id };
  const row = await session.insert(OPERATION, newRow(resource, values, core.clock));
  call.row = row;
  await session.enqueueOperation(row.id, encodeRequest(call));
  call.success = {
    ok: true,
    kind: "accepted",
    ...answerOf(call, row, resource),
    id: row.id,
    version: row.version,
    updatedAt: row.updatedAt,
    replayed: false,
  };
}

/** The operation as it was asked for: nothing can be below it. */
function answerOf(
  call: ActiveCall,
  row: StoredRow,
  resource: ResourcePlan,
): Pick<Success, "value" | "selected"> {
  const { core, principal, tree } = call;
  if (tree !== undefined) return { value: undefined, selected: new TreeRow(row, tree, principal) };
  return { value: encodeRow(row, wholeRow(core.views.of(resource, principal)), principal?.id) };
}
