import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { databases, type TestStore } from "../../../test/support/databases.ts";
import { scope, shop } from "../../../test/support/shop.ts";
import { ApiError, UsageError } from "../../base/errors/index.ts";
import type { ApiKeyRecord } from "../engine/ports.ts";
import { openStore } from "./open-store.ts";

const NOW = Date.parse("2026-11-01T00:00:00Z");

function key(values: Partial<ApiKeyRecord> = {}): ApiKeyRecord {
  return {
    id: "key_1",
    name: "admin",
    hash: "a".repeat(64),
    hint: "ck_live_Ab3d",
    principal: "usr_1",
    roles: ["admin", 'odd "role", {x}'],
    live: true,
    createdAt: "2026-01-01T00:00:00Z",
    ...values,
  };
}

for (const database of databases()) {
  describe(`a store on ${database.name}`, () => {
    let store: TestStore;
    before(async () => {
      store = await database.open(shop, { clock: { now: () => NOW } });
    });
    after(() => store.close());

    test("API keys are found by hash, revoked, ended and noted as used", async () => {
      const keys = store.apiKeys;
      const full = key({ expiresAt: "2027-01-01T00:00:00Z" });
      await keys.insert(full);
      assert.deepEqual(await keys.findByHash(full.hash), full);
      assert.equal(await keys.findByHash("b".repeat(64)), undefined);
      await keys.touch([full.id, "key_unknown"], "2026-02-01T00:00:00Z");
      await keys.touch([full.id], "2026-01-15T00:00:00Z");
      assert.equal(await keys.expire(full.id, "2026-12-01T00:00:00Z"), true);
      assert.equal(await keys.revoke(full.id), true);
      assert.equal(await keys.revoke("key_unknown"), false);
      assert.deepEqual(await keys.list(), [
        {
          ...full,
          expiresAt: "2026-12-01T00:00:00Z",
          revokedAt: "2026-11-01T00:00:00Z",
          lastUsedAt: "2026-02-01T00:00:00Z",
        },
      ]);
    });

    test("two API keys never have one name", async () => {
      await store.apiKeys.insert(key({ id: "key_2", name: "twice", hash: "c".repeat(64) }));
      const again = store.apiKeys.insert(key({ id: "key_3", name: "twice", hash: "d".repeat(64) }));
      await assert.rejects(again, (error) => {
        assert.ok(error instanceof ApiError);
        assert.deepEqual([error.code, error.violations[0]?.pointer], ["already_exists", "/name"]);
        return true;
      });
    });

    test("a fact that is set once keeps its first value, whoever comes later", async () => {
      assert.equal(await store.meta.get("secret"), undefined);
      const values = await Promise.all(["a", "b", "c"].map((value) => store.meta.setOnce("secret", value)));
      assert.equal(new Set(values).size, 1);
      await store.meta.set("secret", "d");
      assert.equal(await store.meta.get("secret"), "d");
    });

    test("an update takes its time from the clock", async () => {
      const values = { id: `cus_${"9".repeat(26)}`, name: "Ada", email: "clock@example.com", rank: null };
      const at = "2026-01-01T00:00:00Z";
      await store.open(scope()).insert("customer", { ...values, createdAt: at, updatedAt: at });
      const row = await store.open(scope()).update("customer", values.id, { name: "Eve" });
      assert.equal(row?.updatedAt, "2026-11-01T00:00:00Z");
    });

    test("a closed store refuses calls as unavailable, and may be closed twice", async () => {
      const other = await database.open(shop);
      await other.close();
      await other.close();
      await assert.rejects(other.open(scope()).sql("select 1", []), (error) => {
        return error instanceof ApiError && error.code === "unavailable";
      });
    });

    test("closing lets a running transaction finish", async () => {
      const other = await database.open(shop);
      const call = other.open(scope());
      await call.begin();
      const closing = other.close();
      await call.sql("select 1", []);
      await call.commit();
      await closing;
    });
  });
}

test("options that cannot be are refused, all at once and without the password", async () => {
  await assert.rejects(
    openStore(shop, { poolSize: 0, idempotencyRetentionMs: 1000, databaseUrl: "mysql://root:hunter2@x/y" }),
    (error) => {
      assert.ok(error instanceof UsageError);
      assert.deepEqual(
        error.mistakes.map(({ place }) => place),
        ["option poolSize", "option idempotencyRetentionMs", "option databaseUrl"],
      );
      assert.doesNotMatch(error.message, /hunter2/);
      return true;
    },
  );
});
