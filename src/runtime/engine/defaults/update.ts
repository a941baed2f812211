import type { ActiveCall } from "../active-call.ts";
import type { StoredRow } from "../ports.ts";
import { recheckRow } from "../recheck.ts";
import { notFound } from "../refusals.ts";
import type { ResourcePlan } from "../resource-plan.ts";

/** Writes changes to the row of the call; without any, the row stays as it is and keeps its version. */
export async function updateRow(
  call: ActiveCall,
  { name }: ResourcePlan,
  changes: Readonly<Record<string, unknown>>,
): Promise<void> {
  const id = call.request.id ?? "";
  const empty = Object.keys(changes).length === 0;
  const row: StoredRow | undefined = empty
    ? (call.current ?? (await call.session.get(name, id, { access: "all" })))
    : await call.session.update(name, id, changes);
  if (row === undefined) throw notFound(name, id);
  call.row = row;
  if (call.recheck) await recheckRow(call, name, row.values);
}
