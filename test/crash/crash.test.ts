import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { runCrashTest } from "concordat/testing";
import { asSeed, CLINIC, crashStores, planOf, tell } from "./stores.ts";

for (const store of crashStores()) {
  describe(`on ${store.name}, killed again and again,`, () => {
    test("a clinic loses nothing and does nothing twice", async () => {
      const report = await runCrashTest({ ...store.options, plan: CLINIC, kills: 12, seed: asSeed(1) });
      assert.ok(report.ok, tell(report));
      assert.ok(report.kills >= 12 && report.done > 0 && report.replayed > 0, tell(report));
      assert.ok((report.killsBy.await ?? 0) > 0, tell(report));
    });

    test("a shop charges once for each order, in a durable step", async () => {
      const plan = planOf("paid-in-steps");
      const report = await runCrashTest({ ...store.options, plan, kills: 8, seed: asSeed(1) });
      assert.ok(report.ok, tell(report));
      assert.ok(report.kills >= 8 && report.done > 0, tell(report));
    });
  });
}
