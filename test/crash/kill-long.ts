import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { formatReport, runCrashTest } from "concordat/testing";
import { asSeed, CLINIC, type CrashStore, crashStores, planOf, tell } from "./stores.ts";

/** Kills the clinic 2,000 times and the shop with durable steps 200 times on one store; each prints its report. */
export function killLong(name: CrashStore["name"]): void {
  const store = crashStores().find((each) => each.name === name);
  if (store === undefined) return;
  describe(`on ${name}`, () => {
    test("a clinic that is killed 2,000 times loses nothing and does nothing twice", async (context) => {
      const report = await runCrashTest({ ...store.options, plan: CLINIC, kills: 2000, seed: asSeed(2026) });
      context.diagnostic(formatReport(report));
      assert.ok(report.ok && report.kills >= 2000, tell(report));
    });

    test("a shop that is killed 200 times charges once for each order", async (context) => {
      const plan = planOf("paid-in-steps");
      const report = await runCrashTest({ ...store.options, plan, kills: 200, seed: asSeed(2026) });
      context.diagnostic(formatReport(report));
      assert.ok(report.ok && report.kills >= 200, tell(report));
    });
  });
}
