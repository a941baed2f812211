import assert from "node:assert/strict";
import fc from "fast-check";
import type { TestDatabase } from "../../support/databases.ts";
import type { Run } from "./ask.ts";
import { checkKeys } from "./check-keys.ts";
import { checkLists } from "./check-lists.ts";
import { checkRefusals } from "./check-refusals.ts";
import { checkRows } from "./check-rows.ts";
import { checkValues } from "./check-values.ts";
import { agreeableServices, openAgreement } from "./service.ts";

/** Makes a contract and values of one number, serves it, calls it over every protocol, and asserts that all say the same. */
export async function checkAgreement(
  database: TestDatabase,
  seed: number,
  counts: Map<string, number>,
): Promise<void> {
  let drawn = 0;
  const draw = <T>(arbitrary: fc.Arbitrary<T>): T =>
    fc.sample(arbitrary, { seed: seed + drawn++, numRuns: 1 })[0]!;
  const agreement = await openAgreement(database, draw(agreeableServices));
  const run: Run = { ...agreement, rows: new Map(), draw, counts };
  try {
    await checkValues(run);
    await checkRefusals(run);
    for (const resource of Object.values(run.model.resources)) await checkRows(run, resource);
    for (const resource of Object.values(run.model.resources)) await checkLists(run, resource);
    for (const resource of Object.values(run.model.resources).slice(0, 1)) await checkKeys(run, resource);
    assert.deepEqual(run.faults, []);
  } finally {
    await agreement.close();
  }
}
