import assert from "node:assert/strict";
import { getEventListeners } from "node:events";
import { test } from "node:test";
import { createFakeScheduler, settled } from "../../../test/support/fake-scheduler.ts";
import { ApiError } from "../errors/index.ts";
import { createRetryBudget, hedge, type ResilienceEvent, wait } from "./index.ts";

test("a slow answer makes the work begin again; the first success wins and the others are aborted", async () => {
  const scheduler = createFakeScheduler();
  const events: ResilienceEvent[] = [];
  const aborted: number[] = [];
  const { signal: caller } = new AbortController();
  const run = hedge(
    async ({ number, signal }) => {
      signal.addEventListener("abort", () => aborted.push(number));
      await wait(number === 1 ? 1000 : 20, { scheduler, signal });
      return number;
    },
    { delayMs: 50, maxAttempts: 3, scheduler, signal: caller, observer: (event) => events.push(event) },
  );
  await scheduler.advance(70);
  assert.equal(await run, 2);
  assert.deepEqual(aborted, [1]);
  assert.deepEqual(
    events.map(({ kind }) => kind),
    ["hedge", "hedge-won"],
  );
  await settled();
  assert.equal(scheduler.pending, 0);
  assert.equal(getEventListeners(caller, "abort").length, 0);
});

test("a quick answer makes the work begin once", async () => {
  const scheduler = createFakeScheduler();
  const begun: number[] = [];
  assert.equal(await hedge(async ({ number }) => begun.push(number), { delayMs: 50, scheduler }), 1);
  assert.equal(scheduler.pending, 0);
});

test("after a failure the next try begins at once; a final error ends it; the last failure is thrown", async () => {
  const scheduler = createFakeScheduler();
  const down = () => new ApiError("unavailable", "Down.");
  const second = await hedge(
    ({ number }) => (number === 1 ? Promise.reject(down()) : Promise.resolve(number)),
    {
      delayMs: 1e6,
      scheduler,
    },
  );
  assert.equal(second, 2);
  let tries = 0;
  const count = (error: Error) => () => {
    tries++;
    throw error;
  };
  await assert.rejects(hedge(count(down()), { delayMs: 10, maxAttempts: 3, scheduler }), {
    code: "unavailable",
  });
  assert.equal(tries, 3);
  tries = 0;
  const gone = new ApiError("not_found", "No.");
  await assert.rejects(hedge(count(gone), { delayMs: 10, maxAttempts: 3, scheduler }), { code: "not_found" });
  assert.equal(tries, 1);
  assert.equal(scheduler.pending, 0);
});

test("a budget without tokens allows no second try", async () => {
  const scheduler = createFakeScheduler();
  const budget = createRetryBudget({ maxTokens: 1 });
  budget.failed();
  let begun = 0;
  const run = hedge(
    async () => {
      begun++;
      await wait(500, { scheduler });
    },
    { delayMs: 10, scheduler, budget },
  );
  await scheduler.advance(500);
  await run;
  assert.equal(begun, 1);
});

test("the caller's signal aborts every try with its reason", async () => {
  const scheduler = createFakeScheduler();
  const controller = new AbortController();
  const reasons: unknown[] = [];
  const run = hedge(
    ({ signal }) => {
      signal.addEventListener("abort", () => reasons.push(signal.reason));
      return new Promise<never>(() => undefined);
    },
    { delayMs: 10, scheduler, signal: controller.signal },
  );
  await scheduler.advance(20);
  controller.abort("gone");
  await assert.rejects(run, (reason) => reason === "gone");
  assert.deepEqual(reasons, ["gone", "gone"]);
  assert.equal(scheduler.pending, 0);
});
