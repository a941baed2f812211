import assert from "node:assert/strict";
import { getEventListeners } from "node:events";
import { test } from "node:test";
import fc from "fast-check";
import { settled } from "../../../test/support/fake-scheduler.ts";
import { createBulkhead, Refusal } from "./index.ts";

const seed = Number(process.env.SEED ?? 1);

test("runs so many at once, lets so many wait in their order, and refuses the rest", async () => {
  const bulkhead = createBulkhead({ maxConcurrent: 1, maxQueue: 2 });
  const first = Promise.withResolvers<void>();
  const order: string[] = [];
  const runs = [
    bulkhead.run(() => first.promise.then(() => order.push("first"))),
    bulkhead.run(async () => order.push("second")),
    bulkhead.run(async () => order.push("third")),
  ];
  assert.deepEqual([bulkhead.running, bulkhead.waiting], [1, 2]);
  await assert.rejects(
    bulkhead.run(assert.fail),
    (error) => error instanceof Refusal && error.by === "bulkhead",
  );
  first.resolve();
  await Promise.all(runs);
  assert.deepEqual(order, ["first", "second", "third"]);
  assert.deepEqual([bulkhead.running, bulkhead.waiting], [0, 0]);
});

test("who is called off while waiting leaves the queue, without a trace on the signal", async () => {
  const bulkhead = createBulkhead({ maxConcurrent: 1, maxQueue: 2 });
  const first = Promise.withResolvers<void>();
  const running = bulkhead.run(() => first.promise);
  const controller = new AbortController();
  const waiting = bulkhead.run(assert.fail, { signal: controller.signal });
  const next = bulkhead.run(async () => "next");
  controller.abort("gone");
  await assert.rejects(waiting, (reason) => reason === "gone");
  assert.equal(bulkhead.waiting, 1);
  assert.equal(getEventListeners(controller.signal, "abort").length, 0);
  await assert.rejects(
    bulkhead.run(assert.fail, { signal: AbortSignal.abort("before") }),
    (r) => r === "before",
  );
  first.resolve();
  await running;
  assert.equal(await next, "next");
});

test("work that throws gives its place back", async () => {
  const bulkhead = createBulkhead({ maxConcurrent: 1 });
  const broken = () => {
    throw new RangeError("broken");
  };
  await assert.rejects(bulkhead.run(broken), RangeError);
  assert.equal(await bulkhead.run(async () => "free"), "free");
});

test("never runs more than it may, and everything that was let in ends", async () => {
  const steps = fc.array(fc.constantFrom("call", "finish", "abort"), { maxLength: 60 });
  await fc.assert(
    fc.asyncProperty(
      steps,
      fc.integer({ min: 1, max: 4 }),
      fc.integer({ min: 0, max: 4 }),
      async (all, most, queue) => {
        const bulkhead = createBulkhead({ maxConcurrent: most, maxQueue: queue });
        const running: (() => void)[] = [];
        const waiting: AbortController[] = [];
        let [letIn, ended] = [0, 0];
        for (const step of all) {
          if (step === "call") {
            const controller = new AbortController();
            const [before, queued] = [bulkhead.running, bulkhead.waiting];
            const run = bulkhead.run(() => new Promise<void>((resolve) => running.push(resolve)), {
              signal: controller.signal,
            });
            const refused = before === most && queued === queue;
            if (!refused) letIn++;
            if (before === most && !refused) waiting.push(controller);
            const failed = run.then(
              () => false,
              () => true,
            );
            void failed.then(() => !refused && ended++);
            if (refused) assert.equal(await failed, true);
          } else if (step === "finish") {
            if (running.length > 0 && bulkhead.waiting > 0) waiting.shift();
            running.shift()?.();
          } else waiting.shift()?.abort();
          await settled();
          assert.ok(bulkhead.running <= most && bulkhead.waiting <= queue);
          assert.equal(bulkhead.running, running.length);
          assert.equal(bulkhead.waiting, waiting.length);
        }
        while (running.length > 0) {
          running.shift()?.();
          await settled();
        }
        assert.equal(ended, letIn);
      },
    ),
    { seed, numRuns: 100 },
  );
});

test("options that do not exist or are missing are refused", () => {
  assert.throws(() => createBulkhead(Object({ max: 1 })), { name: "UsageError" });
  assert.throws(() => createBulkhead(Object({})), { name: "UsageError" });
});
