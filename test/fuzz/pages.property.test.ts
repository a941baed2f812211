import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import fc from "fast-check";
import "../support/seed.ts";
import { databases } from "../support/databases.ts";
import { openShelf, type Shelf } from "./shelf.ts";

interface Page {
  readonly data: readonly { readonly id: string; readonly [field: string]: unknown }[];
  readonly page: { readonly nextCursor: string | null; readonly prevCursor: string | null };
}

type Values = Readonly<Record<string, unknown>>;

const values: fc.Arbitrary<Values> = fc.record(
  {
    name: fc.constantFrom("a", "b", "B", "é", "", "zz"),
    rank: fc.option(fc.integer({ min: -2, max: 2 }), { nil: null }),
    size: fc.constantFrom("0", "-1", "9007199254740993", "9007199254740992"),
    ratio: fc.constantFrom(0, -1.5, 1e9),
    price: fc.constantFrom("0.00", "10.50", "-3.00"),
    at: fc.constantFrom("2026-01-01T00:00:00Z", "2026-01-01T00:00:00.000001Z", "1999-12-31T23:59:59Z"),
    day: fc.constantFrom("2026-01-01", "2024-02-29"),
    kind: fc.constantFrom("red", "green", "blue"),
    flag: fc.boolean(),
  },
  { requiredKeys: ["name"], noNullPrototype: true },
);

for (const database of databases()) {
  const numRuns = database.kind === "pglite" ? 12 : 40;
  describe(`lists over REST on ${database.name}`, () => {
    let shelf: Shelf;
    before(async () => {
      shelf = await openShelf(database);
    });
    after(() => shelf.close());

    const ask = async (path: string) => {
      const response = await fetch(`${shelf.url}/v1/items${path}`);
      return { status: response.status, body: await response.json() };
    };
    const page = async (path: string): Promise<Page> => {
      const { status, body } = await ask(path);
      assert.equal(status, 200, `${path}: ${JSON.stringify(body)}`);
      return body as Page;
    };
    const send = (method: string, path: string, body?: unknown) =>
      fetch(`${shelf.url}/v1/items${path}`, {
        method,
        headers: { "content-type": "application/json" },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
    const insert = async (given: Values): Promise<string> => {
      const response = await send("POST", "", given);
      assert.equal(response.status, 201);
      return ((await response.json()) as { id: string }).id;
    };
    const clear = () => shelf.store.open({ deadline: Number.POSITIVE_INFINITY }).sql("delete from items", []);

    test("LIST-4: rows that stay as they are come once, while others come, go and change their place", async () => {
      const change = fc.record({
        insert: fc.array(values, { maxLength: 2 }),
        remove: fc.nat(20),
        move: fc.record({ which: fc.nat(20), to: values }),
      });
      await fc.assert(
        fc.asyncProperty(
          fc.array(values, { minLength: 1, maxLength: 9 }),
          fc.array(change, { maxLength: 4 }),
          fc.constantFrom("rank", "-rank", "size", "-size", "name", "-name", "at", "-at", "price", "-price"),
          fc.integer({ min: 1, max: 4 }),
          async (rows, changes, sort, limit) => {
            await clear();
            const ids: string[] = [];
            for (const row of rows) ids.push(await insert(row));
            const still = new Set(ids);
            const apply = async (at: number) => {
              const todo = changes[at];
              if (todo === undefined) return;
              for (const row of todo.insert) await insert(row);
              const gone = ids[todo.remove];
              if (gone !== undefined) {
                await send("DELETE", `/${gone}`);
                still.delete(gone);
              }
              const moved = ids[todo.move.which];
              if (moved !== undefined) {
                await send("PATCH", `/${moved}`, todo.move.to);
                still.delete(moved);
              }
            };
            const question = `?limit=${limit}&sort=${sort}`;
            const forward: string[] = [];
            let current = await page(question);
            for (let turn = 0; ; turn++) {
              forward.push(...current.data.map(({ id }) => id));
              const { nextCursor } = current.page;
              if (nextCursor === null || turn > 60) break;
              await apply(turn);
              current = await page(`${question}&cursor=${nextCursor}`);
            }
            const stayed = (all: readonly string[]) => all.filter((id) => still.has(id));
            assert.equal(new Set(stayed(forward)).size, stayed(forward).length, "nothing twice");
            assert.deepEqual(new Set(stayed(forward)), still, "nothing skipped");
            const back: string[] = [];
            for (let turn = 0; ; turn++) {
              back.unshift(...current.data.map(({ id }) => id));
              const { prevCursor } = current.page;
              if (prevCursor === null || turn > 60) break;
              current = await page(`${question}&cursor=${prevCursor}`);
            }
            assert.deepEqual(stayed(back), stayed(forward), "the way back is the same");
          },
        ),
        { numRuns },
      );
      assert.deepEqual(shelf.faults, []);
    });

    test("LIST-2: whatever is done to a cursor, it is 400 and never another row's place", async () => {
      await clear();
      for (let at = 0; at < 4; at++) await insert({ name: `n${at}`, rank: at });
      const { nextCursor } = (await page("?limit=2&sort=rank")).page;
      assert.ok(nextCursor);
      const tamper = fc.oneof(
        fc
          .tuple(fc.nat(nextCursor.length - 1), fc.constantFrom(..."AZaz09-_"))
          .map(([at, letter]) => nextCursor.slice(0, at) + letter + nextCursor.slice(at + 1)),
        fc.nat(nextCursor.length - 1).map((at) => nextCursor.slice(0, at)),
        fc.string({ unit: "binary-ascii", maxLength: 60 }),
        fc.base64String({ maxLength: 80 }),
        fc.constantFrom(`${nextCursor}A`, nextCursor.toUpperCase(), nextCursor + nextCursor),
      );
      await fc.assert(
        fc.asyncProperty(tamper, async (cursor) => {
          if (cursor === nextCursor) return;
          const { status, body } = await ask(`?limit=2&sort=rank&cursor=${encodeURIComponent(cursor)}`);
          assert.equal(status, 400, cursor);
          assert.match(
            (body as { code: string }).code,
            /^(?:invalid_cursor|invalid_parameter|malformed_request)$/,
          );
        }),
        { numRuns: 150 },
      );
      for (const other of ["sort=-rank", "sort=name", "sort=rank&flag=true"]) {
        assert.equal((await ask(`?limit=2&${other}&cursor=${nextCursor}`)).status, 400, other);
      }
      assert.deepEqual(shelf.faults, []);
    });

    test("LIST-6: a filter and sort of allowed names gives the rows that a slow reading gives, in its order", async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.array(values, { minLength: 1, maxLength: 8 }),
          fc.array(question, { minLength: 4, maxLength: 8 }),
          async (rows, questions) => {
            await clear();
            for (const row of rows) await insert(row);
            const all = (await page("?limit=50&sort=name")).data;
            for (const { filters, sort } of questions) {
              const query = filters
                .map(({ field, operator, text }) => `${field}[${operator}]=${text}`)
                .join("&");
              const found = await page(`?limit=50&sort=${sort}&${query}`);
              const expected = slowList(all, filters, sort);
              assert.deepEqual(
                found.data.map(({ id }) => id),
                expected,
                `${query} ${sort} of ${JSON.stringify(all)}`,
              );
            }
          },
        ),
        { numRuns },
      );
    });

    test("any query string gets rows or a 400 with every place, never an error of ours", async () => {
      const letters = fc.array(
        fc.constantFrom(
          ..."abz019[]=&,.-+%?#'\"\\ ;:é\0",
          ...[
            "rank",
            "size[gte]",
            "name[in]",
            "sort",
            "-rank",
            "limit",
            "cursor",
            "%2C",
            "%00",
            "%zz",
            "%F0%9F%98%80",
          ],
          ...[
            "fields",
            "id",
            "parent.name",
            "expand",
            "parent",
            "q",
            "offset",
            "total",
            "true",
            "[isNull]",
            "9".repeat(40),
          ],
        ),
        { maxLength: 14 },
      );
      await fc.assert(
        fc.asyncProperty(letters, async (pieces) => {
          const query = pieces.join("").replace(/[#\0 ]/g, "+");
          const { status, body } = await ask(`?${query}`);
          assert.ok(status === 200 || status === 400, `${query}: ${status} ${JSON.stringify(body)}`);
          if (status === 400) assert.equal((body as { status: number }).status, 400);
        }),
        { numRuns: numRuns * 20 },
      );
      assert.deepEqual(shelf.faults, []);
    });
  });
}

interface Condition {
  readonly field: keyof typeof ORDER;
  readonly operator: "in" | "ne" | "gt" | "gte" | "lt" | "lte" | "isNull";
  readonly text: string;
}

/** How values in JSON are compared, by field. */
const ORDER = {
  name: byCodePoint,
  rank: (a: unknown, b: unknown) => Number(a) - Number(b),
  size: (a: unknown, b: unknown) =>
    BigInt(String(a)) < BigInt(String(b)) ? -1 : BigInt(String(a)) > BigInt(String(b)) ? 1 : 0,
  price: (a: unknown, b: unknown) => Number(a) - Number(b),
  at: (a: unknown, b: unknown) =>
    byCodePoint(String(a).replace("Z", ".").padEnd(27, "0"), String(b).replace("Z", ".").padEnd(27, "0")),
} as const;

const TEXTS: Readonly<Record<keyof typeof ORDER, readonly string[]>> = {
  name: ["a", "B", "%C3%A9", "", "zz", "m"],
  rank: ["-2", "0", "1", "9"],
  size: ["0", "9007199254740993", "9007199254740992", "-1"],
  price: ["0.00", "10.5", "-3"],
  at: ["2026-01-01T00:00:00Z", "2026-01-01T01:00:00%2B01:00", "2000-01-01T00:00:00Z"],
};

const field = fc.constantFrom(...(Object.keys(ORDER) as (keyof typeof ORDER)[]));
const condition: fc.Arbitrary<Condition> = field.chain((name) =>
  fc.oneof(
    fc.record({
      field: fc.constant(name),
      operator: fc.constantFrom(
        ...(name === "name" ? (["in", "ne"] as const) : (["in", "ne", "gt", "gte", "lt", "lte"] as const)),
      ),
      text: fc.constantFrom(...TEXTS[name]),
    }),
    fc.record({
      // The name is always there.
      field: fc.constant(name === "name" ? "rank" : name),
      operator: fc.constant("isNull" as const),
      text: fc.constantFrom("true", "false"),
    }),
  ),
);
const question = fc.record({
  filters: fc.uniqueArray(condition, {
    maxLength: 3,
    selector: ({ field: name, operator }) => `${name} ${operator}`,
  }),
  sort: fc.tuple(fc.boolean(), field).map(([down, name]) => `${down ? "-" : ""}${name}`),
});

/** Ids of the rows that fit, in order: by the field, absent ones where the database has nulls, then by id. */
function slowList(rows: Page["data"], filters: readonly Condition[], sort: string): string[] {
  const name = sort.replace("-", "") as keyof typeof ORDER;
  const down = sort.startsWith("-");
  const fits = rows.filter((row) => filters.every((one) => fitsOne(row[one.field], one)));
  const isAbsent = (row: Page["data"][number]) => row[name] === undefined || row[name] === null;
  const sorted = fits.toSorted((a, b) => {
    const absent = Number(isAbsent(a)) - Number(isAbsent(b));
    const order = absent !== 0 || isAbsent(a) ? absent : ORDER[name](a[name], b[name]);
    return order === 0 ? byCodePoint(a.id, b.id) : order;
  });
  return (down ? sorted.toReversed() : sorted).map(({ id }) => id);
}

function fitsOne(value: unknown, { field: name, operator, text }: Condition): boolean {
  const isAbsent = value === undefined || value === null;
  if (operator === "isNull") return isAbsent === (text === "true");
  if (isAbsent) return operator === "ne";
  const order = ORDER[name](value, instantOf(name, decodeURIComponent(text)));
  return { in: order === 0, ne: order !== 0, gt: order > 0, gte: order >= 0, lt: order < 0, lte: order <= 0 }[
    operator
  ];
}

function instantOf(name: string, text: string): string {
  return name === "at" ? `${new Date(text).toISOString().slice(0, 19)}Z` : text;
}

function byCodePoint(a: unknown, b: unknown): number {
  return Buffer.compare(Buffer.from(String(a)), Buffer.from(String(b)));
}
