import type { ActiveCall } from "../active-call.ts";
import { isRecord } from "../record.ts";
import type { ResourcePlan } from "../resource-plan.ts";
import { updateRow } from "./update.ts";

/** Writes the fields that were sent; null removes an optional one. */
export function patchRow(call: ActiveCall, resource: ResourcePlan): Promise<void> {
  return updateRow(call, resource, isRecord(call.input) ? call.input : {});
}
