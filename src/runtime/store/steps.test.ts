import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { databases, type TestStore } from "../../../test/support/databases.ts";
import { scope, shop } from "../../../test/support/shop.ts";
import type { IdempotencyClaim, Session } from "../engine/ports.ts";

const DAY_MS = 86_400_000;
let keys = 0;
const newClaim = () => ({ scope: "cus_1 order.create", key: `key-${++keys}`, fingerprint: "f1" });

for (const database of databases()) {
  describe(`durable steps on ${database.name}`, () => {
    let store: TestStore;
    before(async () => {
      store = await database.open(shop);
    });
    after(() => store.close());

    async function claimed(claim: IdempotencyClaim, by: Pick<TestStore, "open"> = store): Promise<Session> {
      const session = by.open(scope());
      await session.begin();
      assert.deepEqual(await session.claim(claim), { kind: "fresh" });
      return session;
    }

    test("a record outlives the transaction of its command, and the first one stays", async () => {
      const claim = newClaim();
      const session = await claimed(claim);
      await session.rollback();
      assert.deepEqual(await store.steps.record(claim, "charge", "1"), {
        name: "charge",
        fingerprint: "f1",
        result: "1",
      });
      const second = await store.steps.record({ ...claim, fingerprint: "f2" }, "charge", "2");
      assert.deepEqual([second.result, second.fingerprint], ["1", "f1"]);
      await store.steps.record(claim, "notify", undefined);
      const found = await store.open(scope()).findSteps(claim);
      assert.deepEqual(found.map(({ name, result }) => [name, result]).sort(), [
        ["charge", "1"],
        ["notify", undefined],
      ]);
      assert.deepEqual(await store.open(scope()).findSteps({ ...claim, scope: "cus_2 order.create" }), []);
    });

    test("a claim that is held between transactions is busy for everyone but its holder", async () => {
      const claim = newClaim();
      const first = await claimed(claim);
      const lock = await store.steps.lock(claim, () => first.rollback());
      assert.ok(lock?.held);
      const second = store.open(scope());
      await second.begin();
      assert.deepEqual(await second.claim(claim), { kind: "busy" });
      await second.rollback();
      assert.equal(await store.steps.lock(claim, async () => {}), undefined);
      await first.begin();
      assert.deepEqual(await first.claim(claim, lock), { kind: "fresh" });
      await first.rollback();
      await lock.release();
      await (await claimed(claim)).rollback();
    });

    test("a finished command is replayed to a duplicate, held or not", async () => {
      const claim = newClaim();
      const first = await claimed(claim);
      const lock = await store.steps.lock(claim, () => first.rollback());
      await first.begin();
      await first.claim(claim, lock);
      await first.storeAnswer(claim, { json: "1" });
      await first.commit();
      const second = store.open(scope());
      await second.begin();
      assert.equal((await second.claim(claim)).kind, "replay");
      await second.rollback();
      await lock?.release();
    });

    test("records are kept for the retention, then swept", async () => {
      const [old, young] = [newClaim(), newClaim()];
      await store.steps.record(old, "charge", "1");
      await store.steps.record(young, "charge", "1");
      const age = "update concordat.steps set created_at = now() - interval '2 days' where \"key\" = $1";
      await store.open(scope()).sql(age, [old.key]);
      await store.sweepIdempotency(Date.now() - DAY_MS / 2);
      const counts = await Promise.all(
        [old, young].map(async (claim) => (await store.open(scope()).findSteps(claim)).length),
      );
      assert.deepEqual(counts, [0, 1]);
    });

    if (database.kind === "pglite") return;

    test("another process is kept out too, until the holder gives it back", async () => {
      const other = await database.reopen(store, shop);
      const claim = newClaim();
      const first = await claimed(claim);
      const lock = await store.steps.lock(claim, () => first.rollback());
      assert.ok(lock);
      const second = other.open(scope());
      await second.begin();
      assert.deepEqual(await second.claim(claim), { kind: "busy" });
      await second.rollback();
      assert.equal(await other.steps.lock(claim, async () => {}), undefined);
      await lock.release();
      await (await claimed(claim, other)).rollback();
    });

    test("a holder that lost its connection keeps out nobody, and claims like everyone", async () => {
      const other = await database.reopen(store, shop);
      const claim = newClaim();
      const first = await claimed(claim);
      const lock = await store.steps.lock(claim, () => first.rollback());
      assert.ok(lock?.held);
      const kill =
        "select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory' and database = (select oid from pg_database where datname = current_database())";
      await other.open(scope()).sql(kill, []);
      while (lock.held) await new Promise((resolve) => setTimeout(resolve, 5));
      const second = await claimed(claim, other);
      await first.begin();
      assert.deepEqual(await first.claim(claim, lock), { kind: "busy" });
      await Promise.all([first.rollback(), second.rollback()]);
      await lock.release();
      const again = await claimed(claim);
      const lockAgain = await store.steps.lock(claim, () => again.rollback());
      assert.ok(lockAgain?.held, "on a new connection");
      await lockAgain.release();
    });

    test("of two that were not kept out, the one that commits first has answered", async () => {
      const claim = newClaim();
      const [first, second] = [store.open(scope()), store.open(scope())];
      const free = { held: true, release: async () => {} };
      await Promise.all([first.begin(), second.begin()]);
      await first.claim(claim, free);
      await second.claim(claim, free);
      await first.storeAnswer(claim, { json: "1" });
      await first.commit();
      await second.storeAnswer(claim, { json: "2" });
      await assert.rejects(second.commit(), { code: "idempotency_in_progress" });
    });
  });
}
