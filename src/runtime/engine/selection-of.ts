import type { ActiveCall } from "./active-call.ts";
import type { ResourcePlan } from "./resource-plan.ts";
import { type Selection, wholeRow } from "./selection.ts";

/** The selection of a call, or all that the caller may see where it was never asked for one. */
export function selectionOf({ selection, core, principal }: ActiveCall, output: ResourcePlan): Selection {
  return selection ?? wholeRow(core.views.of(output, principal));
}
