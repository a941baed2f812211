import { newId, timestampFromMs } from "../../base/lib/index.ts";
import type { Clock } from "./ports.ts";
import type { ResourcePlan } from "./resource-plan.ts";

/** Completes a row to be inserted: id, times and defaults are filled in where they are left out. */
export function newRow(
  { model, defaults }: ResourcePlan,
  values: Readonly<Record<string, unknown>>,
  clock: Clock,
): Record<string, unknown> {
  const ms = clock.now();
  const now = timestampFromMs(ms);
  const row: Record<string, unknown> = { id: newId(model.prefix, ms), createdAt: now, updatedAt: now };
  for (const { name, make } of defaults) if (values[name] === undefined) row[name] = make();
  for (const name in values) if (values[name] !== undefined) row[name] = values[name];
  return row;
}
