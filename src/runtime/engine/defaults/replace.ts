import type { ActiveCall } from "../active-call.ts";
import { isRecord } from "../record.ts";
import type { ResourcePlan } from "../resource-plan.ts";
import { sameValue } from "../same-value.ts";
import { seesByRole } from "../view.ts";
import { updateRow } from "./update.ts";

/**
 * Makes the row what was sent: optional fields left out are removed, others take their defaults. Fields that the caller
 * may not write keep their values, and so does the whole row, with its version, where nothing differs: PUT converges.
 */
export function replaceRow(call: ActiveCall, resource: ResourcePlan): Promise<void> {
  const { plan, principal } = call;
  const input = isRecord(call.input) ? call.input : {};
  const values = call.current?.values ?? {};
  const { owner } = resource.model;
  const owned = owner !== undefined && principal !== undefined && values[owner] === principal.id;
  const changes: Record<string, unknown> = {};
  for (const [name, node] of Object.entries(plan.operation.input?.fields ?? {})) {
    if (plan.immutable.includes(name)) continue;
    if (!seesByRole(node, principal) && !(owned && node.visibleTo?.includes("owner"))) continue;
    if (!sameValue(input[name], values[name])) changes[name] = input[name] ?? null;
  }
  return updateRow(call, resource, changes);
}
