import { ApiError } from "../../../base/errors/index.ts";
import type { ActiveCall } from "../active-call.ts";
import { denied, notFound } from "../refusals.ts";
import type { ResourcePlan } from "../resource-plan.ts";

/** Finds the file of a row: the caller must be allowed to see the row and the field; a row without it is 404. */
export async function downloadFile(call: ActiveCall, resource: ResourcePlan): Promise<void> {
  const { access, core, plan, principal, request, session } = call;
  const { name, model } = resource;
  const { output } = plan.operation;
  const field = output.kind === "file" ? (output.of ?? "") : "";
  const id = request.id ?? "";
  const view = core.views.of(resource, principal);
  const ownerOnly = view.ownerOnly.has(field);
  if (view.hidden.includes(field)) throw hiddenFile(field);
  const fields = [field, ...(ownerOnly && model.owner !== undefined ? [model.owner] : [])];
  const row = await session.get(name, id, { access, fields });
  if (row === undefined) throw notFound(name, id);
  if (!row.allowed) throw denied(plan.operation, id);
  const owned = model.owner !== undefined && row.values[model.owner] === principal?.id;
  if (ownerOnly && !owned) throw hiddenFile(field);
  call.value = row.values[field];
}

function hiddenFile(field: string): ApiError {
  return new ApiError("forbidden", `Your roles do not show the field ${field}.`);
}
