import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { databases, type TestStore } from "../../../test/support/databases.ts";
import { customer, scope, shop } from "../../../test/support/shop.ts";
import type { ClaimResult, Session } from "../engine/ports.ts";

const DAY_MS = 86_400_000;
let keys = 0;
const newClaim = () => ({ scope: "cus_1 order.create", key: `key-${++keys}`, fingerprint: "f1" });

for (const database of databases()) {
  describe(`idempotency claims on ${database.name}`, () => {
    let store: TestStore;
    before(async () => {
      store = await database.open(shop);
    });
    after(() => store.close());

    async function begun(): Promise<Session> {
      const session = store.open(scope());
      await session.begin();
      return session;
    }

    async function events(): Promise<number> {
      const [row] = await store.open(scope()).sql("select count(*) as n from concordat.outbox", []);
      return Number(row!.n);
    }

    test("a first claim is fresh, its repetition gets the stored answer to the byte", async () => {
      const claim = newClaim();
      const first = await begun();
      assert.deepEqual(await first.claim(claim), { kind: "fresh" });
      await first.storeAnswer(claim, { json: '{"b":1,"a":"é\\u0000"}' });
      await first.commit();
      const second = await begun();
      assert.deepEqual(await second.claim({ ...claim, fingerprint: "f2" }), {
        kind: "replay",
        fingerprint: "f1",
        answer: { json: '{"b":1,"a":"é\\u0000"}' },
      });
      await second.rollback();
    });

    test("scopes do not see each other's keys", async () => {
      const claim = newClaim();
      const first = await begun();
      await first.claim(claim);
      await first.storeAnswer(claim, { json: "1" });
      await first.commit();
      const second = await begun();
      assert.deepEqual(await second.claim({ ...claim, scope: "cus_2 order.create" }), { kind: "fresh" });
      await second.rollback();
    });

    test("a rolled-back claim leaves nothing", async () => {
      const claim = newClaim();
      const first = await begun();
      await first.claim(claim);
      await first.storeAnswer(claim, { json: "1" });
      await first.rollback();
      const second = await begun();
      assert.deepEqual(await second.claim(claim), { kind: "fresh" });
      await second.rollback();
    });

    test("undo takes back rows and events but keeps the claim, so that a declared error can be stored", async () => {
      const claim = newClaim();
      const before = await events();
      const values = customer();
      const first = await begun();
      await first.claim(claim);
      await first.insert("customer", values);
      await first.appendEvent({ name: "customer.created", key: values.id, payload: { id: values.id } });
      await first.undo();
      await first.storeAnswer(claim, { json: '"declined"' });
      await first.commit();
      assert.equal(await store.open(scope()).get("customer", values.id, { access: "all" }), undefined);
      assert.equal(await events(), before);
      const second = await begun();
      assert.equal((await second.claim(claim)).kind, "replay");
      await second.rollback();
    });

    test("rows, events and answer commit together", async () => {
      const claim = newClaim();
      const before = await events();
      const values = customer();
      const call = await begun();
      await call.claim(claim);
      await call.insert("customer", values);
      const payload = { id: values.id, amount: "10.00", big: 2n ** 60n };
      await call.appendEvent({ name: "customer.created", key: values.id, payload });
      await call.storeAnswer(claim, { json: "{}" });
      await call.commit();
      assert.equal(await events(), before + 1);
      const [event] = await store
        .open(scope())
        .sql(
          "select name, key, payload, xid::text <> '' as has_xid from concordat.outbox order by position desc limit 1",
          [],
        );
      assert.deepEqual(event, { name: "customer.created", key: values.id, payload, has_xid: true });
    });

    test("an answer that cannot be stored fails the commit, and nothing of it is kept", async () => {
      const claim = newClaim();
      const values = customer();
      const call = await begun();
      await call.claim(claim);
      await call.insert("customer", values);
      await call.storeAnswer(claim, { json: "1" });
      await call.storeAnswer(claim, { json: "2" });
      await assert.rejects(call.commit());
      assert.equal(await store.open(scope()).get("customer", values.id, { access: "all" }), undefined);
    });

    test("answers are swept when they are older than the retention, never before", async () => {
      const now = Date.parse("2026-11-01T00:00:00Z");
      const at = (ms: number) => new Date(ms).toISOString();
      const insert =
        "insert into concordat.idempotency (scope, key, fingerprint, answer, created_at) select $1, n::text, '', '', $2 from generate_series(1, $3::int) n";
      await store.open(scope()).sql("delete from concordat.idempotency", []);
      await store.open(scope()).sql(insert, ["old", at(now - DAY_MS - 1), 2500]);
      await store.open(scope()).sql(insert, ["young", at(now - DAY_MS + 1), 3]);
      assert.equal(await store.sweepIdempotency(now), 2500);
      assert.equal(await store.sweepIdempotency(now), 0);
      const [row] = await store.open(scope()).sql("select count(*) as n from concordat.idempotency", []);
      assert.equal(row!.n, 3n);
    });

    if (database.kind === "postgres") {
      test("while a claim is held, a duplicate is busy at once", async () => {
        const claim = newClaim();
        const first = await begun();
        await first.claim(claim);
        const second = await begun();
        assert.deepEqual(await second.claim(claim), { kind: "busy" });
        await second.rollback();
        await first.rollback();
      });

      test("sixty duplicates at once over sixty connections have one effect", async () => {
        const wide = await database.reopen(store, shop, { poolSize: 60, tables: false });
        const effect = async (claim: ReturnType<typeof newClaim>): Promise<ClaimResult["kind"]> => {
          const session = wide.open(scope());
          await session.begin();
          const { kind } = await session.claim(claim);
          if (kind === "fresh") {
            await session.insert("customer", customer({ name: claim.key }));
            await session.storeAnswer(claim, { json: "1" });
            await session.commit();
          } else await session.rollback();
          return kind;
        };
        for (let round = 0; round < 20; round++) {
          const claim = newClaim();
          const kinds = await Promise.all(Array.from({ length: 60 }, () => effect(claim)));
          assert.equal(kinds.filter((kind) => kind === "fresh").length, 1);
          const [row] = await wide
            .open(scope())
            .sql("select count(*) as n from customers where name = $1", [claim.key]);
          assert.equal(row!.n, 1n);
        }
      });

      test("a duplicate that gets the lock as soon as it is free sees the answer that was just committed", async () => {
        const wide = await database.reopen(store, shop, { poolSize: 30, tables: false });
        let effects = 0;
        const claim = newClaim();
        const keepTrying = async (): Promise<void> => {
          for (;;) {
            const session = wide.open(scope());
            await session.begin();
            const { kind } = await session.claim(claim);
            if (kind === "fresh") {
              effects++;
              await session.storeAnswer(claim, { json: "1" });
              await session.commit();
              return;
            }
            await session.rollback();
            if (kind === "replay") return;
          }
        };
        await Promise.all(Array.from({ length: 30 }, keepTrying));
        assert.equal(effects, 1);
      });
    }
  });
}
