import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import fc from "fast-check";
import { databases, type TestStore } from "../../../test/support/databases.ts";
import { customer, order, scope, seller, shop } from "../../../test/support/shop.ts";
import type { ListManyPlan, RowAccess, StoredPage } from "../engine/ports.ts";

for (const database of databases()) {
  describe(`many rows at once on ${database.name}`, () => {
    let store: TestStore;
    const customers: string[] = [];
    const sellers: string[] = [];
    before(async () => {
      store = await database.open(shop);
      const session = store.open(scope());
      for (const rank of [1, null, 3]) {
        const row = customer({ rank });
        await session.insert("customer", row);
        customers.push(row.id);
      }
      for (const since of ["2020-01-01", "2021-01-01"]) {
        const row = seller({ since });
        await session.insert("seller", row);
        sellers.push(row.id);
      }
      for (let at = 0; at < 17; at++) {
        const sold = at % 3 === 0 ? {} : { seller: sellers[at % 2]! };
        const status = at % 4 === 0 ? "paid" : "open";
        await session.insert(
          "order",
          order(customers[at % 2]!, {
            ...sold,
            status,
            amount: `${at % 5}.00`,
            createdAt: `2026-01-0${1 + (at % 6)}T00:00:00Z`,
          }),
        );
      }
    });
    after(() => store?.close());

    const plainOf = (page: StoredPage) => ({
      rows: page.rows.map(({ id, version, values, expanded }) => [
        id,
        version,
        values,
        expanded?.seller?.values,
      ]),
      sorts: page.rows.map((_, index) => page.sortValue(index)),
      more: page.more,
      total: page.total,
    });

    test("rows by id come once, without those that are not there or not allowed", async () => {
      const session = store.open(scope());
      const [first = "", second = ""] = customers;
      const ids = [first, second, first, "cus_00000000000000000000000zzz"];
      const idsOf = async (access: RowAccess) => {
        const rows = await session.getMany("customer", ids, { access, fields: ["name"] });
        return rows.map(({ id }) => id).sort();
      };
      assert.deepEqual(await idsOf("all"), [first, second].sort());
      assert.deepEqual(await idsOf({ principal: second, any: [{ kind: "self", field: "id" }] }), [second]);
      assert.deepEqual(
        await idsOf({
          principal: sellers[0]!,
          any: [{ kind: "through", resource: "order", row: "customer", self: "seller" }],
        }),
        [first],
      );
      assert.deepEqual(await session.getMany("customer", [], { access: "all" }), []);
    });

    test("the lists of many parents are the lists of each", async () => {
      const sorts = ["createdAt", "amount", "customer.rank", "seller.since", "customer.name"];
      const plans = fc.record({
        ref: fc.constant("customer"),
        filter: fc.constantFrom(
          [],
          [{ field: "status", operator: "in" as const, values: ["open"] }],
          [{ field: "customer.rank", operator: "isNull" as const, values: [true] }],
          [{ field: "amount", operator: "gt" as const, values: ["1.00"] }],
        ),
        sort: fc.record({ field: fc.constantFrom(...sorts), descending: fc.boolean() }),
        limit: fc.integer({ min: 1, max: 6 }),
        access: fc.constantFrom<RowAccess>(
          "all",
          { principal: customers[0]!, any: [{ kind: "self", field: "customer" }] },
          { principal: sellers[1]!, any: [{ kind: "self", field: "seller" }] },
        ),
        total: fc.constantFrom("exact" as const, "estimated" as const),
        offset: fc.integer({ min: 0, max: 3 }),
        expand: fc.constant([
          { field: "seller", resource: "seller", fields: ["name"], access: "all" as const },
        ]),
        fields: fc.constantFrom(["status"], ["amount", "createdAt"]),
      });
      await store.open(scope()).sql("analyze orders", []);
      await fc.assert(
        fc.asyncProperty(plans, async (plan: ListManyPlan) => {
          const session = store.open(scope());
          const pages = await session.listMany("order", plan, customers);
          const { ref, ...rest } = plan;
          for (const [index, id] of customers.entries()) {
            const filter = [...plan.filter, { field: ref, operator: "in" as const, values: [id] }];
            const alone = await session.list("order", { ...rest, filter });
            assert.deepEqual(plainOf(pages[index]!), plainOf(alone));
          }
        }),
        { numRuns: database.kind === "pglite" ? 20 : 60 },
      );
    });
  });
}
