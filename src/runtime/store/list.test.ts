import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import fc from "fast-check";
import "../../../test/support/seed.ts";
import { databases, type TestStore } from "../../../test/support/databases.ts";
import { customer, order, scope, seller, shop } from "../../../test/support/shop.ts";
import type { ListPlan, StoredPage } from "../engine/ports.ts";

const FIRST: ListPlan = {
  filter: [],
  sort: { field: "id", descending: false },
  limit: 100,
  access: "all",
};

for (const database of databases()) {
  describe(`lists on ${database.name}`, () => {
    let store: TestStore;
    before(async () => {
      store = await database.open(shop);
    });
    after(() => store.close());

    const list = async (resource: string, plan: Partial<ListPlan>): Promise<StoredPage> =>
      store.open(scope()).list(resource, { ...FIRST, ...plan });

    async function insert(
      resource: string,
      ...rows: readonly Readonly<Record<string, unknown>>[]
    ): Promise<void> {
      for (const row of rows) await store.open(scope()).insert(resource, row);
    }

    async function clear(): Promise<void> {
      for (const table of ["orders", "sellers", "customers"]) {
        await store.open(scope()).sql(`delete from ${table}`, []);
      }
    }

    /** Ids of all pages, one after the other from a first page on. */
    function sortValues(page: StoredPage): readonly unknown[] {
      return page.rows.map((_, index) => page.sortValue(index));
    }

    async function walk(resource: string, plan: Partial<ListPlan>, backward = false): Promise<string[]> {
      const ids: string[] = [];
      let from: ListPlan["from"] | undefined;
      for (let pages = 0; pages < 100; pages++) {
        const page = await list(resource, { ...plan, ...(from ? { from } : {}) });
        const found = page.rows.map(({ values }) => String(values.id));
        if (backward) ids.unshift(...found);
        else ids.push(...found);
        const at = backward ? 0 : page.rows.length - 1;
        if (!page.more || page.rows.length === 0) return ids;
        from = { value: page.sortValue(at), id: String(page.rows[at]!.values.id), backward };
      }
      throw new Error("The list has no end");
    }

    test("filters compare by value, and a missing value is a value of its own", async () => {
      await clear();
      const rows = [
        customer({ name: "A", rank: 1, nickname: "x" }),
        customer({ name: "B", rank: 2 }),
        customer({ name: "C", rank: 10 }),
        customer({ name: "D" }),
      ];
      await insert("customer", ...rows);
      const names = async (
        operator: ListPlan["filter"][number]["operator"],
        field: string,
        ...values: unknown[]
      ) =>
        (await list("customer", { filter: [{ field, operator, values }] })).rows
          .map(({ values: v }) => v.name)
          .join("");
      assert.equal(await names("in", "rank", 2), "B");
      assert.equal(await names("in", "rank", 1, 10, 99), "AC");
      assert.equal(await names("in", "rank"), "");
      assert.equal(await names("ne", "rank", 2), "ACD", "no value is not the value");
      assert.equal(await names("ne", "name", "A", "B"), "CD");
      assert.equal(await names("gt", "rank", 2), "C");
      assert.equal(await names("gte", "rank", 2), "BC");
      assert.equal(await names("lt", "rank", 10), "AB");
      assert.equal(await names("lte", "rank", 1), "A");
      assert.equal(await names("isNull", "rank", true), "D");
      assert.equal(await names("isNull", "nickname", false), "A");
      assert.equal(await names("in", "name", "x'; drop table orders; --", 'a"b\\'), "");
    });

    test("a list sees only the rows its access allows", async () => {
      await clear();
      const [a, b] = [customer(), customer()];
      const sold = seller();
      await insert("customer", a, b);
      await insert("seller", sold);
      const orders = [order(a.id), order(b.id), order(b.id, { seller: sold.id })];
      await insert("order", ...orders);
      const any = [
        { kind: "self", field: "customer" },
        { kind: "self", field: "seller" },
      ] as const;
      const seen = async (principal: string, rules: readonly (typeof any)[number][] = any) =>
        (await list("order", { access: { principal, any: rules } })).rows.map(({ values }) => values.id);
      assert.deepEqual(await seen(a.id), [orders[0]!.id]);
      assert.deepEqual(await seen(sold.id), [orders[2]!.id]);
      assert.deepEqual(await seen(b.id), [orders[1]!.id, orders[2]!.id]);
      assert.deepEqual(await seen(b.id, []), []);
      const through = { kind: "through", resource: "order", row: "customer", self: "seller" } as const;
      const customers = await list("customer", { access: { principal: sold.id, any: [through] } });
      assert.deepEqual(
        customers.rows.map(({ values }) => values.id),
        [b.id],
      );
    });

    test("a page says whether more follows, in both directions, and how many there are", async () => {
      await clear();
      const rows = Array.from({ length: 5 }, (_, index) => customer({ rank: index }));
      await insert("customer", ...rows);
      const page = await list("customer", {
        sort: { field: "rank", descending: true },
        limit: 2,
        total: "exact",
      });
      assert.deepEqual([sortValues(page), page.more, page.total], [[4, 3], true, 5]);
      const from = { value: 1, id: rows[1]!.id, backward: true };
      const back = await list("customer", { sort: { field: "rank", descending: true }, limit: 2, from });
      assert.deepEqual([sortValues(back), back.more], [[3, 2], true]);
      const top = await list("customer", { sort: { field: "rank", descending: true }, limit: 3, from });
      assert.deepEqual([sortValues(top), top.more], [[4, 3, 2], false]);
      const offset = await list("customer", {
        sort: { field: "rank", descending: false },
        limit: 2,
        offset: 4,
      });
      assert.deepEqual([sortValues(offset), offset.more], [[4], false]);
      const estimated = await list("customer", { limit: 1, total: "estimated" });
      assert.equal(typeof estimated.total, "number");
    });

    test("an exact total counts what filter and access leave", async () => {
      await clear();
      const [a, b] = [customer(), customer()];
      await insert("customer", a, b);
      await insert("order", order(a.id), order(a.id, { status: "paid" }), order(b.id));
      const { total } = await list("order", {
        limit: 1,
        total: "exact",
        filter: [{ field: "status", operator: "in", values: ["open"] }],
        access: { principal: a.id, any: [{ kind: "self", field: "customer" }] },
      });
      assert.equal(total, 1);
    });

    test("a list is filtered and sorted by a field of a related row", async () => {
      await clear();
      const buyers = [customer({ rank: 3 }), customer({ rank: 1 }), customer(), customer({ rank: 2 })];
      await insert("customer", ...buyers);
      const orders = buyers.map((buyer) => order(buyer.id));
      await insert("order", ...orders);
      for (const descending of [false, true]) {
        const expected = [1, 3, 0, 2].map((at) => orders[at]!.id);
        const sort = { field: "customer.rank", descending };
        assert.deepEqual(await walk("order", { sort, limit: 1 }), descending ? expected.reverse() : expected);
      }
      const filter = [{ field: "customer.rank", operator: "gte", values: [2] } as const];
      const { rows } = await list("order", { filter });
      assert.deepEqual(
        rows.map(({ values }) => values.id),
        [orders[0]!.id, orders[3]!.id],
      );
    });

    test("sorting by a field of an optional relation puts rows without it last, first when reversed", async () => {
      await clear();
      const buyer = customer();
      const sellers = [seller({ since: "2020-01-01" }), seller()];
      await insert("customer", buyer);
      await insert("seller", ...sellers);
      const orders = [
        order(buyer.id),
        order(buyer.id, { seller: sellers[1]!.id }),
        order(buyer.id, { seller: sellers[0]!.id }),
      ];
      await insert("order", ...orders);
      const ids = orders.map((one) => one.id);
      const ascending = { field: "seller.since", descending: false };
      assert.deepEqual(await walk("order", { sort: ascending, limit: 1 }), [ids[2], ids[0], ids[1]]);
      const descending = { field: "seller.since", descending: true };
      assert.deepEqual(await walk("order", { sort: descending, limit: 2 }), [ids[1], ids[0], ids[2]]);
    });

    test("expanded refs of a list are null where the caller may not see them", async () => {
      await clear();
      const [a, b] = [customer(), customer()];
      await insert("customer", a, b);
      await insert("order", order(a.id), order(b.id));
      const access = { principal: a.id, any: [{ kind: "self", field: "id" }] } as const;
      const { rows } = await list("order", { expand: [{ field: "customer", resource: "customer", access }] });
      assert.deepEqual(
        rows.map(({ expanded }) => expanded?.customer?.values.id),
        [a.id, undefined],
      );
    });

    test("search finds rows by the beginning of every word, whatever the caller types", async () => {
      await clear();
      const rows = [
        customer({ name: "Renée O'Brien-Smith", email: "renee.smith@example.com" }),
        customer({ name: "東京 Tower", email: "tower@example.org" }),
      ];
      await insert("customer", ...rows);
      const found = async (search: string) =>
        (await list("customer", { search })).rows.map(({ values }) =>
          rows.findIndex((row) => row.id === values.id),
        );
      assert.deepEqual(await found("ren"), [0]);
      assert.deepEqual(await found("RENÉE brien"), [0]);
      assert.deepEqual(await found("o'br"), [0]);
      assert.deepEqual(await found("smith@exa"), [0]);
      assert.deepEqual(await found("東"), [1]);
      assert.deepEqual(await found("example"), [0, 1]);
      assert.deepEqual(await found("ren tower"), []);
      assert.deepEqual(await found("' & | ! <-> () \\ :* ::"), []);
      assert.deepEqual(await found("  "), []);
    });

    test("a caller's search text never breaks the query", async () => {
      await fc.assert(
        fc.asyncProperty(fc.string({ unit: "binary", maxLength: 40 }), async (search) => {
          await list("customer", { search: search.replaceAll("\0", "").toWellFormed(), limit: 1 });
        }),
        { numRuns: 60 },
      );
    });

    // LIST-4: whatever is inserted and deleted between pages, a row that was there all the time is seen exactly once.
    test("no surviving row is skipped or repeated while others come and go between pages", async () => {
      const rank = fc.option(fc.integer({ min: 0, max: 3 }), { nil: null });
      const change = fc.record({ insert: fc.array(rank, { maxLength: 3 }), remove: fc.nat(20) });
      await fc.assert(
        fc.asyncProperty(
          fc.array(rank, { minLength: 1, maxLength: 14 }),
          fc.array(change, { maxLength: 8 }),
          fc.integer({ min: 1, max: 4 }),
          fc.boolean(),
          fc.boolean(),
          async (ranks, changes, limit, descending, backward) => {
            await clear();
            const rows = ranks.map((value) => customer({ rank: value }));
            await insert("customer", ...rows);
            const sort = { field: "rank", descending };
            const survivors = new Set(rows.map((row) => row.id));
            const seen: string[] = [];
            let from: ListPlan["from"] = backward
              ? { value: descending ? 0 : null, id: descending ? "" : "~", backward }
              : undefined;
            for (const step of [...changes, ...Array.from({ length: 60 }, () => undefined)]) {
              const page = await list("customer", { sort, limit, ...(from ? { from } : {}) });
              const ids = page.rows.map(({ values }) => String(values.id));
              seen.push(...(backward ? ids.toReversed() : ids));
              if (!page.more) break;
              const at = backward ? 0 : page.rows.length - 1;
              from = { value: page.sortValue(at), id: ids[at]!, backward };
              if (!step) continue;
              await insert("customer", ...step.insert.map((value) => customer({ rank: value })));
              const removed = rows[step.remove]?.id;
              if (removed && (await store.open(scope()).delete("customer", removed)))
                survivors.delete(removed);
            }
            assert.equal(new Set(seen).size, seen.length, "nothing twice");
            for (const survivor of survivors) assert.ok(seen.includes(survivor), "nothing skipped");
          },
        ),
        { numRuns: database.kind === "pglite" ? 40 : 25 },
      );
    });
  });
}
