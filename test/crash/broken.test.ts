import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type CrashReport, runCrashTest } from "concordat/testing";
import { asSeed, crashStores, planOf, tell } from "./stores.ts";

describe("the crash test finds", () => {
  // Servers start faster on PostgreSQL; the faults are the same on both.
  const store = crashStores().at(-1);
  if (store === undefined) return;
  const run = (plan: string): Promise<CrashReport> =>
    runCrashTest({ ...store.options, plan: planOf(plan), kills: 7, callers: 10, seed: asSeed(1) });

  test("nothing in a sound service", async () => {
    const report = await run("sound");
    assert.ok(report.ok, tell(report));
  });

  test("commands done twice where keys are ignored", async () => {
    const report = await run("no-idempotency");
    assert.ok(!report.ok && report.doubled > 0, tell(report));
  });

  test("commands done twice where the answer commits after the effect", async () => {
    const report = await run("answer-later");
    assert.ok(!report.ok && report.doubled > 0, tell(report));
  });

  test("commands lost where the answer commits before the effect", async () => {
    const report = await run("answer-first");
    assert.ok(!report.ok && report.lost > 0, tell(report));
  });

  test("commands lost where callers are answered before the commit", async () => {
    const report = await run("answered-early");
    assert.ok(!report.ok && report.lost > 0, tell(report));
  });

  test("commands done twice where rows are written outside of the transaction", {
    skip: store.name === "PGlite" && "the embedded database has one connection, so nothing is outside of it",
  }, async () => {
    const report = await run("effect-outside");
    assert.ok(!report.ok && report.doubled > 0, tell(report));
  });

  test("cards charged twice where the charge is not a durable step", async () => {
    const report = await run("paid-without-steps");
    assert.ok(!report.ok && report.checksFailed > 0, tell(report));
  });
});
