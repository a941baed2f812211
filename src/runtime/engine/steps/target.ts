import type { ActiveCall } from "../active-call.ts";
import { fitsOneStatement } from "../one-statement.ts";
import { checkPrecondition } from "../preconditions.ts";
import { isRecord } from "../record.ts";
import { denied, notFound } from "../refusals.ts";
import type { Step } from "../step.ts";
import { checkOwnerFields, checkState, checkStaysAllowed, keepImmutable } from "../target-checks.ts";

/**
 * Loads and locks the row that a command is about, and holds the call to what the row allows: existence, the caller's
 * rights to it, If-Match, the states of `when`, and fields that may not change.
 */
export const target: Step = {
  name: "target",
  appliesTo: ({ kind, method }) =>
    kind === "command" &&
    method !== undefined &&
    method !== "list" &&
    method !== "create" &&
    method !== "get",
  prepare(plan) {
    return (call) => (fitsOneStatement(plan, call) && !call.inTransaction ? undefined : load(call));
  },
};

async function load(call: ActiveCall): Promise<void> {
  const { plan, request, access } = call;
  const { operation, resource } = plan;
  const id = request.id ?? "";
  const name = resource?.name ?? operation.name;
  const row = await call.session.get(name, id, { access, lock: true });
  if (row === undefined) throw notFound(name, id);
  if (!row.allowed) throw denied(operation, id);
  call.current = row;
  checkPrecondition(request.precondition, row.version);
  checkState(operation.when, row.values);
  if (operation.method === "action" || !isRecord(call.input)) {
    if (plan.guarded.length > 0) checkOwnerFields(call, row.values);
    return;
  }
  if (operation.method === "replace") call.input = keepImmutable(call, call.input, row.values);
  if (plan.guarded.length > 0) checkOwnerFields(call, row.values);
  checkStaysAllowed(call, call.input, row.values);
}
