import type { OperationModel } from "../../contract/model/model.ts";
import { allowsByField, resolveAccess } from "./access.ts";
import type { Principal } from "./call.ts";
import type { ResourcePlan } from "./resource-plan.ts";

/**
 * Names the actions that the row's state and the caller's rights allow now. An action that only a rule through another
 * resource allows is not named, since that would cost a question to the database for each row.
 */
export function allowedActions(
  { actions }: ResourcePlan,
  values: Readonly<Record<string, unknown>>,
  principal: Principal | undefined,
): readonly string[] {
  const names: string[] = [];
  for (const action of actions) {
    if (!fitsState(action, values)) continue;
    const access = resolveAccess(action.access, principal);
    if (access !== undefined && allowsByField(access, values)) names.push(action.name);
  }
  return names;
}

function fitsState({ when }: OperationModel, values: Readonly<Record<string, unknown>>): boolean {
  for (const field in when) {
    const state = values[field];
    if (typeof state !== "string" || when[field]?.includes(state) !== true) return false;
  }
  return true;
}
