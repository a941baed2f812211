import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { databases, type TestStore } from "../../../test/support/databases.ts";
import { customer, id, order, scope, seller, shop } from "../../../test/support/shop.ts";
import type { Session } from "../engine/ports.ts";

for (const database of databases()) {
  describe(`rows on ${database.name}`, () => {
    let store: TestStore;
    before(async () => {
      store = await database.open(shop);
    });
    after(() => store.close());
    const session = (): Session => store.open(scope());

    test("a row comes back as it was inserted, with version 1", async () => {
      const values = customer({ nickname: "A", rank: 3 });
      const inserted = await session().insert("customer", values);
      const read = await session().get("customer", values.id, { access: "all" });
      for (const row of [inserted, read]) {
        assert.deepEqual(row?.values, values);
        assert.deepEqual(
          [row.id, row.version, row.updatedAt, row.allowed],
          [values.id, 1, values.updatedAt, true],
        );
      }
    });

    test("an absent optional has no key, a nullable one is null", async () => {
      const values = customer();
      const { values: stored } = await session().insert("customer", values);
      assert.equal("nickname" in stored, false);
      assert.equal(stored.rank, null);
    });

    test("get reads the asked fields only, the id always", async () => {
      const values = customer();
      await session().insert("customer", values);
      const row = await session().get("customer", values.id, { access: "all", fields: ["name"] });
      assert.deepEqual(row?.values, { id: values.id, name: "Ada" });
    });

    test("a row that does not exist is undefined", async () => {
      assert.equal(await session().get("customer", id("cus"), { access: "all" }), undefined);
    });

    test("update writes the named fields, clears with null and raises the version", async () => {
      const values = customer({ nickname: "A" });
      await session().insert("customer", values);
      const row = await session().update("customer", values.id, { name: "Eve", nickname: null });
      assert.equal(row?.version, 2);
      assert.equal(row.values.name, "Eve");
      assert.equal("nickname" in row.values, false);
      assert.notEqual(row.updatedAt, values.updatedAt);
    });

    test("update and delete with another version touch nothing", async () => {
      const values = customer();
      await session().insert("customer", values);
      assert.equal(await session().update("customer", values.id, { name: "Eve" }, { version: 2 }), undefined);
      assert.equal(await session().delete("customer", values.id, { version: 2 }), false);
      assert.equal(
        (await session().update("customer", values.id, { name: "Eve" }, { version: 1 }))?.version,
        2,
      );
      assert.equal(await session().delete("customer", values.id, { version: 2 }), true);
      assert.equal(await session().delete("customer", values.id), false);
    });

    test("a rolled-back transaction leaves nothing, a committed one everything", async () => {
      const [one, two] = [customer(), customer()];
      const first = session();
      await first.begin();
      assert.equal(first.inTransaction, true);
      await first.insert("customer", one);
      await first.rollback();
      assert.equal(first.inTransaction, false);
      const second = session();
      await second.begin();
      await second.insert("customer", two);
      await second.commit();
      assert.equal(await session().get("customer", one.id, { access: "all" }), undefined);
      assert.notEqual(await session().get("customer", two.id, { access: "all" }), undefined);
    });

    test("access decides whether a row is allowed, and says so", async () => {
      const [owner, other] = [customer(), customer()];
      const sold = seller();
      for (const values of [owner, other]) await session().insert("customer", values);
      await session().insert("seller", sold);
      await session().insert("order", order(owner.id, { seller: sold.id }));
      const rules = shop.resources.customer!.read.flatMap((rule) =>
        rule.kind === "principal" && rule.rows ? [rule.rows] : [],
      );
      const allowed = async (principal: string) =>
        (await session().get("customer", owner.id, { access: { principal, any: rules } }))?.allowed;
      assert.equal(await allowed(owner.id), true, "the owner");
      assert.equal(await allowed(sold.id), true, "through an order");
      assert.equal(await allowed(other.id), false);
      const nobody = await session().get("customer", owner.id, { access: { principal: owner.id, any: [] } });
      assert.equal(nobody?.allowed, false, "no rules allow nobody");
    });

    test("expanded refs come in the same statement, null where not allowed, absent where there is none", async () => {
      const [owner, sold] = [customer({ rank: 7 }), seller()];
      await session().insert("customer", owner);
      await session().insert("seller", sold);
      const [with_, without] = [order(owner.id, { seller: sold.id }), order(owner.id)];
      for (const values of [with_, without]) await session().insert("order", values);
      const self = [{ kind: "self", field: "id" }] as const;
      const expand = (principal: string) => [
        { field: "customer", resource: "customer", fields: ["rank"], access: { principal, any: self } },
        { field: "seller", resource: "seller", access: "all" as const },
      ];
      const row = await session().get("order", with_.id, { access: "all", expand: expand(owner.id) });
      assert.deepEqual(row?.expanded?.customer?.values, { id: owner.id, rank: 7 });
      assert.equal(row?.expanded?.seller?.values.name, "Sam");
      const hidden = await session().get("order", with_.id, { access: "all", expand: expand("cus_x") });
      assert.equal(hidden?.expanded?.customer, null);
      const none = await session().get("order", without.id, { access: "all", expand: expand(owner.id) });
      assert.equal("seller" in (none?.expanded ?? {}), false);
    });
  });
}
