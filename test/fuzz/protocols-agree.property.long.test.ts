import { test } from "node:test";
import fc from "fast-check";
import "../support/seed.ts";
import { databases } from "../support/databases.ts";
import { checkAgreement } from "./agreement/check-agreement.ts";

for (const database of databases()) {
  test(`all protocols answer the same call alike, whatever the contract, on ${database.name}`, async () => {
    await fc.assert(
      fc.asyncProperty(fc.noShrink(fc.integer()), (seed) => checkAgreement(database, seed, new Map())),
      { numRuns: 150 },
    );
  });
}
