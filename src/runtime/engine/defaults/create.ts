import { asksDatabase } from "../access.ts";
import type { ActiveCall } from "../active-call.ts";
import { newRow } from "../new-row.ts";
import { recheckRow } from "../recheck.ts";
import { isRecord } from "../record.ts";
import type { ResourcePlan } from "../resource-plan.ts";

/** Inserts a row; its owner is the caller where the contract lets nobody choose it. */
export async function createRow(call: ActiveCall, resource: ResourcePlan): Promise<void> {
  const { core, input, principal } = call;
  const { owner, fields } = resource.model;
  const values: Record<string, unknown> = isRecord(input) ? { ...input } : {};
  if (owner !== undefined && owner !== "id" && fields[owner]?.readOnly && principal !== undefined) {
    values[owner] = principal.id;
  }
  const row = newRow(resource, values, core.clock);
  if (!asksDatabase(call.access)) recheckRow(call, resource.name, row);
  call.row = await call.session.insert(resource.name, row);
  if (asksDatabase(call.access)) await recheckRow(call, resource.name, row);
}
