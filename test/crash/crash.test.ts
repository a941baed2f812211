import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type CrashReport, formatReport, runCrashTest } from "concordat/testing";
import { asSeed, crashStores } from "./stores.ts";

const CLINIC = new URL("../../examples/clinic/crash.ts", import.meta.url);

for (const store of crashStores()) {
  describe(`on ${store.name}`, () => {
    test("a clinic that is killed again and again loses nothing and does nothing twice", async () => {
      const report = await runCrashTest({ ...store.options, plan: CLINIC, kills: 12, seed: asSeed(1) });
      assert.ok(report.ok, formatReport(report) + JSON.stringify(report.findings, null, 2));
      assert.ok(report.kills >= 12 && report.done > 0 && report.refused > 0 && report.replayed > 0);
      assert.ok((report.killsBy.await ?? 0) > 0 && report.killsBy["first start"] === 1);
    });
  });
}

describe("the harness finds", () => {
  const [store] = crashStores().toReversed();
  if (store === undefined) return;
  const run = (plan: string): Promise<CrashReport> =>
    runCrashTest({
      ...store.options,
      plan: new URL(`plans/${plan}.ts`, import.meta.url),
      kills: 9,
      callers: 12,
      seed: asSeed(1),
    });
  const told = (report: CrashReport) => formatReport(report) + JSON.stringify(report.findings, null, 2);

  test("nothing in a sound service", async () => {
    const report = await run("sound");
    assert.ok(report.ok, told(report));
  });

  test("commands done twice where keys are ignored", async () => {
    const report = await run("no-idempotency");
    assert.ok(!report.ok && report.doubled > 0, told(report));
  });

  test("commands done twice where the answer commits after the effect", async () => {
    const report = await run("answer-later");
    assert.ok(!report.ok && report.doubled > 0, told(report));
  });

  test("commands lost where the answer commits before the effect", async () => {
    const report = await run("answer-first");
    assert.ok(!report.ok && report.lost > 0, told(report));
  });

  test("commands lost where callers are answered before the commit", async () => {
    const report = await run("answered-early");
    assert.ok(!report.ok && report.lost > 0, told(report));
  });

  test("commands done twice where rows are written outside the transaction", async (context) => {
    if (store.name === "PGlite") return context.skip("the embedded database has one connection");
    const report = await run("effect-outside");
    assert.ok(!report.ok && report.doubled > 0, told(report));
  });
});
