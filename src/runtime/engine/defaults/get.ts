import type { ActiveCall } from "../active-call.ts";
import { denied, notFound } from "../refusals.ts";
import type { ResourcePlan } from "../resource-plan.ts";

/** Reads one row: existence, the caller's rights to it and the row itself in one statement. */
export async function getRow(call: ActiveCall, { name }: ResourcePlan): Promise<void> {
  const { access, request, selection, plan } = call;
  const id = request.id ?? "";
  const row = await call.session.get(name, id, {
    access,
    ...(selection?.read === undefined ? {} : { fields: selection.read }),
    ...(selection?.expand === undefined ? {} : { expand: selection.expand }),
  });
  if (row === undefined) throw notFound(name, id);
  if (!row.allowed) throw denied(plan.operation, id);
  call.row = row;
}
