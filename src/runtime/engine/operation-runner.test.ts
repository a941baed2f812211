import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { databases, type TestStore } from "../../../test/support/databases.ts";
import { longService } from "../../../test/support/long-service.ts";
import { compile } from "../../contract/model/index.ts";
import type { Outcome } from "./call.ts";
import { createEngine, type Engine } from "./engine.ts";
import type { Store } from "./ports.ts";

const calls: { readonly step: string; readonly key: string; readonly job: string }[] = [];
/** What happens inside of the step of a job. */
const inside = new Map<string, () => Promise<void>>();

const jobs = longService(async (step, key, job) => {
  calls.push({ step, key, job });
  await inside.get(`${job} ${step}`)?.();
  return `receipt of ${step}`;
});
const model = compile(jobs.api);
const credentials = { kind: "api-key", key: "ada" } as const;
let requests = 0;

function engineOn(store: Store, leaseMs = 60_000, served = model): Engine {
  return createEngine({
    model: served,
    handlers: jobs.handlers,
    store,
    authenticator: {
      authenticate: () => ({ id: "ada", roles: [], credentialId: "ada", live: false }),
    },
    operations: { leaseMs, pollMs: 20, retryMs: 10 },
  });
}

async function execute(engine: Engine, operation: string, call: object): Promise<Outcome> {
  return engine.execute({
    operation,
    credentials,
    meta: { protocol: "test", requestId: `r${++requests}` },
    ...call,
  });
}

async function accept(engine: Engine, job: string): Promise<string> {
  const outcome = await execute(engine, "runJob", { input: { job } });
  assert.ok(outcome.ok && outcome.kind === "accepted", JSON.stringify(outcome));
  return outcome.id ?? "";
}

async function operation(engine: Engine, id: string): Promise<Record<string, any>> {
  const outcome = await execute(engine, "operation.get", { id });
  assert.ok(outcome.ok);
  return Object(outcome.value);
}

async function ended(engine: Engine, id: string): Promise<Record<string, any>> {
  for (const end = Date.now() + 30_000; ; await new Promise((resolve) => setTimeout(resolve, 10))) {
    const found = await operation(engine, id);
    if (found.done || Date.now() > end) return found;
  }
}

async function entries(store: Store, job: string): Promise<number> {
  const session = store.open({ deadline: Number.POSITIVE_INFINITY });
  return (await session.sql("select 1 from entries where job = $1", [job])).length;
}

const stepsOf = (job: string) => calls.filter((call) => call.job === job).map(({ step }) => step);

for (const database of databases()) {
  describe(`long-running operations on ${database.name}`, () => {
    let store: TestStore;
    before(async () => {
      calls.length = 0;
      store = await database.open(model);
    });
    after(() => store.close());

    test("an operation waits for a process that does its work, whichever accepted it", async () => {
      const [front, worker] = [engineOn(store), engineOn(store)];
      const id = await accept(front, "waits");
      assert.deepEqual([(await operation(front, id)).status, stepsOf("waits")], ["running", []]);
      worker.start();
      assert.equal((await ended(front, id)).status, "succeeded");
      assert.deepEqual([stepsOf("waits"), await entries(store, "waits")], [["first", "second"], 1]);
      await Promise.all([front.drain(), worker.drain()]);
    });

    test("nobody waits longer for the answer than the contract gives any call, whatever they ask for", async () => {
      const { runJob } = model.operations;
      assert.ok(runJob);
      const operations = { ...model.operations, runJob: { ...runJob, deadlineMs: 100 } };
      const engine = engineOn(store, undefined, { ...model, operations });
      const released = Promise.withResolvers<void>();
      inside.set("unhurried first", () => released.promise);
      engine.start();
      for (const waitMs of [3_600_000, Number.POSITIVE_INFINITY]) {
        const startedAt = performance.now();
        const outcome = await execute(engine, "runJob", { input: { job: "unhurried" }, waitMs });
        const ms = performance.now() - startedAt;
        assert.ok(outcome.ok && outcome.kind === "accepted", "its work goes on");
        assert.ok(ms >= 99 && ms < 8000, `${ms} ms`);
      }
      released.resolve();
      await engine.drain();
    });

    test("a process that ends gives its work back at once; another one goes on with what is left", async () => {
      const [first, second] = [engineOn(store), engineOn(store)];
      const entered = Promise.withResolvers<void>();
      const released = Promise.withResolvers<void>();
      inside.set("drained second", async () => {
        entered.resolve();
        await released.promise;
      });
      first.start();
      const id = await accept(first, "drained");
      await entered.promise;
      inside.delete("drained second");
      const draining = first.drain();
      second.start();
      const { status, result } = await ended(second, id);
      assert.deepEqual([status, result.receipts], ["succeeded", ["receipt of first", "receipt of second"]]);
      released.resolve();
      await draining;
      const [, one, two] = calls.filter(({ job }) => job === "drained");
      assert.deepEqual(stepsOf("drained"), ["first", "second", "second"]);
      assert.equal(one?.key, two?.key, "the step that was under way is called again with its key");
      assert.equal(await entries(store, "drained"), 1);
      await second.drain();
    });

    test("work whose lease has run out is taken over, and what the first holder still does is undone", async (t) => {
      if (database.kind === "pglite") return t.skip("a folder of PGlite has one process");
      // Nothing tells the first holder that it is late: its lease runs out, and it does not notice.
      const queue = store.operations;
      assert.ok(queue);
      const all = async (ids: readonly string[]) => ids;
      const deaf = {
        ...store,
        operations: { ...queue, running: all, renew: async (_: string, ids: readonly string[]) => ids },
      };
      const [first, second] = [engineOn(deaf, 100), engineOn(await database.reopen(store, model))];
      const entered = Promise.withResolvers<void>();
      const released = Promise.withResolvers<void>();
      let isFirst = true;
      inside.set("late second", async () => {
        if (!isFirst) return;
        isFirst = false;
        entered.resolve();
        await released.promise;
      });
      first.start();
      const id = await accept(first, "late");
      await entered.promise;
      second.start();
      assert.equal((await ended(second, id)).status, "succeeded");
      released.resolve();
      await first.drain();
      assert.equal(await entries(store, "late"), 1);
      await second.drain();
    });

    test("cancelled while nobody has it: the work is never begun", async () => {
      const front = engineOn(store);
      const id = await accept(front, "unbegun");
      const cancelled = await execute(front, "operation.cancel", { id });
      assert.ok(cancelled.ok);
      const next = await accept(front, "begun");
      front.start();
      assert.equal((await ended(front, next)).status, "succeeded");
      assert.deepEqual([stepsOf("unbegun"), (await operation(front, id)).status], [[], "cancelled"]);
      const session = store.open({ deadline: Number.POSITIVE_INFINITY });
      const left = async () =>
        (await session.sql("select 1 from concordat.operation_work where id = $1", [id])).length;
      while ((await left()) > 0) await new Promise((resolve) => setTimeout(resolve, 10));
      await front.drain();
    });

    test("operations are kept for the retention, running ones for ever", async () => {
      const engine = engineOn(store);
      const running = await accept(engine, "kept");
      engine.start();
      const done = await accept(engine, "swept");
      await ended(engine, done);
      await engine.drain();
      const session = store.open({ deadline: Number.POSITIVE_INFINITY });
      await session.sql("update concordat_operations set done = false, status = 'running' where id = $1", [
        running,
      ]);
      const WEEK_MS = 7 * 86_400_000;
      assert.equal(await store.sweepOperations(Date.now() + WEEK_MS - 60_000), 0);
      assert.ok((await store.sweepOperations(Date.now() + WEEK_MS + 60_000)) > 0);
      const ids = (await session.sql("select id from concordat_operations", [])).map((row) => row.id);
      assert.deepEqual(ids, [running]);
    });
  });
}
