import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { databases, type TestStore } from "../../../test/support/databases.ts";
import { customer, scope, shop } from "../../../test/support/shop.ts";
import { until } from "../../../test/support/until.ts";
import { ApiError } from "../../base/errors/index.ts";

function withCode(code: string): (error: unknown) => boolean {
  return (error) => error instanceof ApiError && error.code === code;
}

for (const database of databases()) {
  describe(`deadlines on ${database.name}`, () => {
    let store: TestStore;
    before(async () => {
      store = await database.open(shop, { poolSize: 2, maxWaiting: 3 });
    });
    after(() => store.close());

    test("an aborted signal decides the error: its own ApiError, a timeout, a cancellation", async () => {
      const own = new ApiError("unavailable", "draining");
      const of = (reason?: unknown) => store.open(scope(AbortSignal.abort(reason))).sql("select 1", []);
      await assert.rejects(of(own), own);
      await assert.rejects(of(new DOMException("late", "TimeoutError")), withCode("deadline_exceeded"));
      await assert.rejects(of(), withCode("cancelled"));
    });

    test("a transaction that nobody ends is rolled back at its deadline, and others go on", async () => {
      const values = customer();
      const deadline = new AbortController();
      const stuck = store.open(scope(deadline.signal));
      await stuck.begin();
      await stuck.insert("customer", values);
      const others = [1, 2, 3].map(() => store.open(scope()).get("customer", values.id, { access: "all" }));
      setTimeout(() => deadline.abort(new DOMException("late", "TimeoutError")), 50);
      assert.deepEqual(await Promise.all(others), [undefined, undefined, undefined]);
      await sleep(60);
      await assert.rejects(
        stuck.get("customer", values.id, { access: "all" }),
        withCode("deadline_exceeded"),
      );
      await assert.rejects(stuck.commit(), withCode("deadline_exceeded"));
      await stuck.rollback();
      assert.equal(await store.open(scope()).get("customer", values.id, { access: "all" }), undefined);
    });

    test("a call that waits for a connection gives up at its deadline; one too many is refused at once", async () => {
      const holders = [store.open(scope()), store.open(scope())].slice(0, database.kind === "pglite" ? 1 : 2);
      for (const holder of holders) await holder.begin();
      const late = store.open(scope(AbortSignal.timeout(50))).sql("select 1", []);
      const waiting = [1, 2].map(() => store.open(scope()).sql("select 1", []));
      await assert.rejects(store.open(scope()).sql("select 1", []), withCode("unavailable"));
      await assert.rejects(late, withCode("deadline_exceeded"));
      for (const holder of holders) await holder.rollback();
      await Promise.all(waiting);
    });

    test("waiting calls are served in the order they came", async () => {
      const holders = [store.open(scope()), store.open(scope())].slice(0, database.kind === "pglite" ? 1 : 2);
      for (const holder of holders) await holder.begin();
      const served: number[] = [];
      const waiting = [0, 1, 2].map(async (number) => {
        const call = store.open(scope());
        await call.begin();
        served.push(number);
        await call.rollback();
      });
      for (const holder of holders) await holder.rollback();
      await Promise.all(waiting);
      assert.deepEqual(served, [0, 1, 2]);
    });

    if (database.kind === "postgres") {
      const sleeping = async () => {
        const rows = await store
          .open(scope())
          .sql(
            "select pid from pg_stat_activity where datname = current_database() and query like 'select pg_sleep(300%' and state = 'active'",
            [],
          );
        return rows.length;
      };

      test("a running statement is cancelled in the database, the caller answered at once", async () => {
        const running = store.open(scope(AbortSignal.timeout(100))).sql("select pg_sleep(300)", []);
        await assert.rejects(running, withCode("deadline_exceeded"));
        await until("the statement is cancelled", async () => (await sleeping()) === 0);
      });

      test("a cancelled transaction frees its locks, and its connection serves the next call clean", async () => {
        const values = customer();
        await store.open(scope()).insert("customer", values);
        const deadline = new AbortController();
        const call = store.open(scope(deadline.signal));
        await call.begin();
        await call.get("customer", values.id, { access: "all", lock: true });
        setTimeout(() => deadline.abort(new DOMException("late", "TimeoutError")), 50);
        await assert.rejects(call.sql("select pg_sleep(300)", []), withCode("deadline_exceeded"));
        await call.rollback();
        const next = store.open(scope(AbortSignal.timeout(60_000)));
        assert.equal((await next.update("customer", values.id, { name: "Eve" }))?.version, 2);
      });

      test("cancelling never hits the statement of another call on the same connection", async () => {
        const quick = async () => {
          const controller = new AbortController();
          const statement = store.open(scope(controller.signal)).sql("select pg_sleep(0.002)", []);
          setTimeout(() => controller.abort(), 2 + Math.random() * 3);
          await statement.catch((error) => assert.ok(withCode("cancelled")(error), String(error)));
        };
        for (let round = 0; round < 60; round++) {
          await Promise.all([quick(), quick(), store.open(scope()).sql("select pg_sleep(0.003)", [])]);
        }
      });
    }
  });
}
