import type { Model } from "../../../src/contract/model/model.ts";
import type { Scenario } from "../scenario.ts";
import { access } from "./access.ts";
import { batches } from "./batches.ts";
import { bookings } from "./bookings.ts";
import { constraints } from "./constraints.ts";
import { crud } from "./crud.ts";
import { failures } from "./failures.ts";
import { files } from "./files.ts";
import { idempotency } from "./idempotency.ts";
import { keysOverAll } from "./idempotency-over-all.ts";
import { input } from "./input.ts";
import { lists } from "./lists.ts";
import { longRunning } from "./long-running.ts";
import { ownershipScenarios } from "./ownership.ts";
import { preconditions } from "./preconditions.ts";
import { projection } from "./projection.ts";
import { states } from "./states.ts";
import { steps } from "./steps.ts";
import { values } from "./values.ts";

/** The one list: every scenario, those generated from the model among them. */
export function scenariosOf(model: Model): readonly Scenario[] {
  const all = [
    ...crud,
    ...bookings,
    ...states,
    ...values,
    ...input,
    ...access,
    ...ownershipScenarios(Object.values(model.operations)),
    ...lists,
    ...projection,
    ...idempotency,
    ...keysOverAll,
    ...files,
    ...steps,
    ...longRunning,
    ...preconditions,
    ...constraints,
    ...failures,
    ...batches,
  ];
  const names = new Set<string>();
  for (const { name } of all) {
    if (names.has(name)) throw new TypeError(`Two scenarios are named "${name}".`);
    names.add(name);
  }
  return all;
}
