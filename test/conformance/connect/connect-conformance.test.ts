import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { expandCases } from "./cases.ts";
import { runCases } from "./run-cases.ts";
import { formatFailures } from "./table.ts";
import { findVectors, readVectors } from "./vectors.ts";

const folder = findVectors();

describe("the public Connect conformance cases for servers", {
  skip: folder === undefined && "shared/vectors/connect-conformance is not beside the checkout",
}, () => {
  test("all pass in cleartext and with client certificates", async () => {
    const vectors = readVectors(folder!);
    const cases = expandCases(vectors).filter(({ tls }) => tls !== "server");
    const comparable = cases.filter(
      ({ compression, tls, httpVersion, streamType }) =>
        ["identity", "gzip"].includes(compression) &&
        tls === "none" &&
        !(httpVersion === "1.1" && streamType === 4),
    );
    // As many as the suite's own runner makes of these files for a server with its default features.
    assert.equal(comparable.length, 1710);
    const results = await runCases(vectors, cases);
    assert.equal(results.length, cases.length);
    assert.deepEqual(formatFailures(results), []);
  });

  test("a wrong answer is found out", async () => {
    const vectors = readVectors(folder!);
    const cases = expandCases(vectors).filter(
      ({ suite, compression, tls, codec }) =>
        suite === "Basic" && compression === "identity" && tls === "none" && codec === "proto",
    );
    for (const { expected } of cases) {
      if (expected.payloads.length > 0) expected.payloads[0].data = Uint8Array.of(1);
      else expected.error = { code: 5, details: [] };
    }
    const results = await runCases(vectors, cases);
    assert.equal(results.filter(({ reasons }) => reasons.length === 0).length, 0);
  });
});
