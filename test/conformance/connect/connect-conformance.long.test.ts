import assert from "node:assert/strict";
import { test } from "node:test";
import { expandCases } from "./cases.ts";
import { runCases } from "./run-cases.ts";
import { formatFailures } from "./table.ts";
import { findVectors, readVectors } from "./vectors.ts";

const folder = findVectors();

test("all public Connect conformance cases for servers pass over TLS too", {
  skip: folder === undefined && "shared/vectors/connect-conformance is not beside the checkout",
}, async () => {
  const vectors = readVectors(folder!);
  const cases = expandCases(vectors).filter(({ tls }) => tls === "server");
  assert.ok(cases.length > 3000, `only ${cases.length} cases`);
  assert.deepEqual(formatFailures(await runCases(vectors, cases)), []);
});
