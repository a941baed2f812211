import { asksDatabase } from "./access.ts";
import type { ActiveCall } from "./active-call.ts";
import type { OperationPlan } from "./operation-plan.ts";

/**
 * Tells whether a default command comes down to one SQL statement: a create whose row rules the row itself answers,
 * or a patch or delete of any row by a caller who may touch all. Such a command needs neither BEGIN nor a row lock.
 */
export function fitsOneStatement({ operation, handler, guarded }: OperationPlan, call: ActiveCall): boolean {
  if (handler !== undefined || call.selection?.expand !== undefined || call.tree?.leaf === false)
    return false;
  if (operation.method === "create") return !asksDatabase(call.access);
  if (operation.method !== "patch" && operation.method !== "delete") return false;
  return call.access === "all" && call.request.precondition === undefined && guarded.length === 0;
}
