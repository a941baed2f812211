import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { databases, type TestStore } from "../../../test/support/databases.ts";
import { scope, shop } from "../../../test/support/shop.ts";
import type { ListPlan, Session } from "../engine/ports.ts";
import { buildList, listParameters } from "./sql/list.sql.ts";
import { createTables } from "./tables.ts";

const tables = createTables(shop);
const ID = (prefix: string) => `'${prefix}_' || lpad(n::text, 26, '0')`;

const CUSTOMER_WITH_MANY = `cus_${"1".padStart(26, "0")}`;

/** 20,000 orders, half of one customer and the rest of 5,000; one in 500 is sent; a tenth of the customers have no rank. */
const FILL = [
  `insert into customers (id, name, email, rank, created_at, updated_at, row_version)
   select ${ID("cus")}, 'Name ' || n % 997, n || '@example.com', case when n % 10 > 0 then n % 1000 end, now(), now(), 1
   from generate_series(1, 5000) n`,
  `insert into orders (id, customer, status, amount, created_at, updated_at, row_version)
   select ${ID("ord")}, 'cus_' || lpad((case when n % 2 = 0 then 1 else n % 5000 + 1 end)::text, 26, '0'),
     case when n % 500 = 0 then 'sent' when n % 3 = 0 then 'paid' else 'open' end,
     n % 500, timestamptz '2026-01-01' + n * interval '1 minute', now(), 1
   from generate_series(1, 20000) n`,
  "analyze customers",
  "analyze orders",
];

for (const database of databases()) {
  describe(`plans of lists on ${database.name}`, () => {
    let store: TestStore;
    before(async () => {
      store = await database.open(shop);
      for (const text of FILL) await store.open(scope()).sql(text, []);
    });
    after(() => store.close());

    /** The plan of a page, by a statement that was prepared and used for `warm` until its plan was settled. */
    async function planOf(resource: string, plan: ListPlan, warm = plan): Promise<string> {
      const table = tables.table(resource);
      const session: Session = store.open(scope());
      const call = (one: ListPlan) => {
        const values = listParameters(tables, table, one).map((value) => `'${value?.replaceAll("'", "''")}'`);
        return values.length > 0 ? `execute page(${values.join(", ")})` : "execute page";
      };
      await session.begin();
      try {
        await session.sql(`prepare page as ${buildList(tables, table, plan).text}`, []);
        for (let uses = plan.search === undefined ? 0 : 8; uses < 8; uses++)
          await session.sql(call(warm), []);
        const rows = await session.sql(`explain (costs off) ${call(plan)}`, []);
        return rows.map((row) => String(row["QUERY PLAN"])).join("\n");
      } finally {
        await session.sql("deallocate page", []).catch(() => {});
        await session.rollback();
      }
    }

    const base: ListPlan = {
      filter: [],
      sort: { field: "createdAt", descending: true },
      limit: 20,
      access: "all",
    };

    test("any page in the default order begins in the index and reads no more than its rows", async () => {
      for (const descending of [true, false]) {
        for (const backward of [true, false]) {
          const from = { value: "2026-01-05T00:00:00Z", id: "ord_x", backward };
          const plan = await planOf("order", { ...base, sort: { field: "createdAt", descending }, from });
          assert.match(plan, /Index Scan (Backward )?using orders_created_at_id_idx/);
          assert.match(plan, /Index Cond: \(ROW\(created_at, id\) [<>] ROW/);
          assert.doesNotMatch(plan, /Sort|Seq Scan|Filter/);
        }
      }
    });

    test("a filter by one value and the order after it come from one index, however rare the value is", async () => {
      const by = (status: string): ListPlan => ({
        ...base,
        filter: [{ field: "status", operator: "in", values: [status] }],
        from: { value: "2026-01-14T00:00:00Z", id: "ord_x", backward: false },
      });
      const plan = await planOf("order", by("sent"), by("open"));
      assert.match(plan, /using orders_status_created_at_id_idx/);
      assert.match(plan, /Index Cond: \(\(status = 'sent'::text\) AND \(ROW\(created_at, id\) < ROW/);
      assert.doesNotMatch(plan, /Sort|Seq Scan|Filter/);
    });

    test("an owner's page comes from the owner's index, with few rows and with many", async () => {
      const by = (principal: string): ListPlan => ({
        ...base,
        access: { principal, any: [{ kind: "self", field: "customer" }] },
      });
      const many = await planOf("order", by(CUSTOMER_WITH_MANY), by("cus_x"));
      assert.match(many, /using orders_customer_created_at_id_idx/);
      assert.doesNotMatch(many, /Sort|Seq Scan|Filter/);
      const few = await planOf("order", by("cus_x"), by(CUSTOMER_WITH_MANY));
      assert.match(few, /orders_customer_created_at_id_idx/);
      assert.doesNotMatch(few, /Seq Scan|Filter/);
    });

    test("a nullable order reads its rows with and without a value from one index", async () => {
      const sort = { field: "rank", descending: false };
      const first = await planOf("customer", { ...base, sort });
      assert.match(first, /Index Scan using customers_rank_id_idx/);
      assert.doesNotMatch(first, /Sort|Seq Scan/);
      const later = await planOf("customer", {
        ...base,
        sort,
        from: { value: 500, id: "cus_x", backward: false },
      });
      assert.match(later, /Index Cond: \(ROW\(rank, id\) > ROW/);
      assert.match(later, /Index Cond: \(rank IS NULL\)/);
      assert.doesNotMatch(later, /Seq Scan/);
      const last = await planOf("customer", {
        ...base,
        sort,
        from: { value: null, id: CUSTOMER_WITH_MANY, backward: false },
      });
      assert.match(last, /Index Cond: \(\(rank IS NULL\) AND \(id > .*\)\)/);
      assert.doesNotMatch(last, /Seq Scan/);
    });

    test("an order by a related row's field begins in that table's index", async () => {
      const sort = { field: "customer.rank", descending: false };
      const from = { value: 500, id: "ord_x", backward: false };
      for (const position of [undefined, from]) {
        const plan = await planOf("order", { ...base, sort, ...(position ? { from: position } : {}) });
        assert.match(plan, /using customers_rank_id_idx/);
        assert.match(plan, /using orders_customer_created_at_id_idx/);
        assert.doesNotMatch(plan, /Seq Scan|Hash/);
      }
    });

    test("search reads the inverted index", async () => {
      const plan = await planOf("customer", {
        ...base,
        search: "4711",
        sort: { field: "id", descending: false },
      });
      assert.match(plan, /Bitmap Index Scan on customers_name_email_search/);
    });
  });
}
