import type { ActiveCall } from "../active-call.ts";
import { notFound } from "../refusals.ts";
import type { ResourcePlan } from "../resource-plan.ts";

/** Deletes the row; a second time there is none to delete. */
export async function deleteRow(call: ActiveCall, { name }: ResourcePlan): Promise<void> {
  const id = call.request.id ?? "";
  if (!(await call.session.delete(name, id))) throw notFound(name, id);
}
