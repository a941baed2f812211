import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import "../support/seed.ts";
import { databases } from "../support/databases.ts";
import { checkAgreement } from "./agreement/check-agreement.ts";

const VALUES = ["echo", "tell", "not_today", "invalid_input"];
const ROWS = ["create", "patch", "get", "list", "list on"];
const [database] = databases();

test("REST, CBOR, GraphQL, MCP, gRPC, gRPC-Web and Connect answer the same call alike, whatever the contract", async (t) => {
  const counts = new Map<string, number>();
  // Each run is made of one number, so that what fails is told by it.
  await fc.assert(
    fc.asyncProperty(fc.noShrink(fc.integer()), (seed) => checkAgreement(database!, seed, counts)),
    { numRuns: 8 },
  );
  t.diagnostic(JSON.stringify(Object.fromEntries(counts)));
  for (const what of [...VALUES, ...ROWS, "replayed", "replayed to another"])
    assert.ok((counts.get(what) ?? 0) > 5, `${what} was compared ${counts.get(what)} times`);
});
