import { allowsByField, asksDatabase } from "./access.ts";
import type { ActiveCall } from "./active-call.ts";
import { denied } from "./refusals.ts";

/**
 * Holds a row that a call has made or moved to the caller's rules; throws 403, which undoes it. Waits only where a rule
 * looks at another resource.
 */
export function recheckRow(
  call: ActiveCall,
  resource: string,
  values: Readonly<Record<string, unknown>>,
): void | Promise<void> {
  if (allowsByField(call.access, values)) return undefined;
  if (!asksDatabase(call.access)) throw denied(call.plan.operation, undefined);
  return askDatabase(call, resource, String(values.id));
}

async function askDatabase(call: ActiveCall, resource: string, id: string): Promise<void> {
  const row = await call.session.get(resource, id, { fields: ["id"], access: call.access });
  if (row?.allowed !== true) throw denied(call.plan.operation, undefined);
}
