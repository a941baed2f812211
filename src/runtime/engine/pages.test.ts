import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import fc from "fast-check";
import "../../../test/support/seed.ts";
import { databases } from "../../../test/support/databases.ts";
import { Article, type Newsroom, openNewsroom } from "../../../test/support/newsroom.ts";
import type { ListQuestion } from "./select.ts";

for (const database of databases()) {
  describe(`lists, on ${database.name}`, () => {
    let room: Newsroom;
    let ada: string;
    before(async () => {
      room = await openNewsroom(database);
      ada = await room.writer("Ada");
    });
    after(() => room.close());

    /** Articles of a writer of their own. */
    async function shelf(ranks: readonly (number | null)[]) {
      const as = await room.writer("Shelf");
      const ids = await room.engine.transaction((db) =>
        Promise.all(
          ranks.map((rank) =>
            db.insert(Article, { writer: as, title: `t${rank}`, rank }).then(({ id }) => id),
          ),
        ),
      );
      const page = (list: ListQuestion) => room.ok("article.list", { list, as });
      return { as, ids, page };
    }

    const idsOf = (page: { readonly data?: readonly { id: string }[] }) =>
      (page.data ?? []).map(({ id }) => id);

    test("whatever is inserted and deleted between pages, surviving rows come once, forwards and back", async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.array(fc.option(fc.integer({ min: 0, max: 4 })), { minLength: 1, maxLength: 9 }),
          fc.integer({ min: 1, max: 4 }),
          fc.constantFrom("rank", "-rank", "createdAt", "-createdAt"),
          fc.array(fc.nat(8), { maxLength: 3 }),
          async (ranks, limit, sort, doomed) => {
            const { ids, page } = await shelf(ranks);
            const gone = new Set(doomed.map((at) => ids[at % ids.length]!));
            const seen: string[] = [];
            let current = await page({ sort, limit });
            seen.push(...idsOf(current));
            for (const id of gone) await room.engine.transaction((db) => db.delete(Article, id));
            while (current.page.nextCursor !== null) {
              current = await page({ sort, limit, cursor: current.page.nextCursor });
              seen.push(...idsOf(current));
            }
            assert.equal(new Set(seen).size, seen.length, "no row twice");
            const survivors = ids.filter((id) => !gone.has(id));
            assert.deepEqual(
              survivors.filter((id) => !seen.includes(id)),
              [],
            );
            const back: string[] = idsOf(current);
            while (current.page.prevCursor !== null) {
              current = await page({ sort, limit, cursor: current.page.prevCursor });
              back.unshift(...idsOf(current));
            }
            const alive = (all: readonly string[]) => all.filter((id) => !gone.has(id));
            assert.deepEqual(alive(back), alive(seen), "the way back shows the same rows in the same order");
          },
        ),
        { numRuns: database.kind === "pglite" ? 15 : 40 },
      );
    });

    test("everything wrong with a question is told at once, with what is allowed", async () => {
      const error = await room.refused("article.list", "invalid_parameter", {
        list: {
          filter: { color: { in: ["red"] }, rank: { like: ["1"], gt: ["1", "2"] }, state: { in: ["gone"] } },
          sort: "words",
          limit: 1000,
          offset: 5,
        },
        fields: ["title", "nothing"],
        expand: ["editor"],
        as: ada,
      });
      assert.deepEqual(error.violations.map(({ pointer, code }) => [pointer, code]).sort(), [
        ["?color", "unknown_parameter"],
        ["?expand", "not_allowed"],
        ["?fields", "unknown_field"],
        ["?limit", "too_big"],
        ["?offset", "unknown_parameter"],
        ["?rank[gt]", "too_many"],
        ["?rank[like]", "not_allowed"],
        ["?sort", "not_allowed"],
        ["?state", "not_allowed"],
      ]);
      const text = JSON.stringify(error.violations);
      for (const allowed of ["state, rank, writer.name", "rank, title", "1 to 100", "teaser"]) {
        assert.ok(text.includes(allowed), allowed);
      }
    });

    test("filters through a ref, ranges, null, search and totals", async () => {
      const { page } = await shelf([1, 2, 3, null]);
      const count = async (list: ListQuestion) => (await page({ ...list, total: true })).page.total;
      assert.equal(await count({ filter: { "writer.name": { in: ["Shelf"] } } }), 4);
      assert.equal(await count({ filter: { "writer.name": { in: ["Ada"] } } }), 0);
      assert.equal(await count({ filter: { rank: { gte: ["2"], lt: ["3"] } } }), 1);
      assert.equal(await count({ filter: { rank: { isNull: ["true"] } } }), 1);
      assert.equal(await count({ search: "t3" }), 1);
      for (const search of ["", " ", "x".repeat(501), "a\0b"]) {
        await room.refused("article.list", "invalid_parameter", { list: { search }, as: ada });
      }
    });

    test("a list without search, totals or offset refuses them", async () => {
      const error = await room.refused("memo.list", "invalid_parameter", {
        list: { search: "x", total: true, offset: 0 },
        as: ada,
      });
      assert.deepEqual(error.violations.map(({ pointer }) => pointer).sort(), ["?offset", "?q", "?total"]);
    });

    test("a page left empty by deletes leads back to all that is left", async () => {
      const { ids, page } = await shelf([1, 2, 3, 4]);
      const first = await page({ sort: "rank", limit: 2 });
      for (const id of ids.slice(2)) await room.engine.transaction((db) => db.delete(Article, id));
      const empty = await page({ sort: "rank", limit: 2, cursor: first.page.nextCursor });
      assert.deepEqual([empty.data, empty.page.nextCursor, empty.page.hasMore], [[], null, false]);
      const last = await page({ sort: "rank", limit: 2, cursor: empty.page.prevCursor });
      assert.deepEqual(idsOf(last), ids.slice(0, 2));
    });

    test("a question can be read backward: from the end, or from any cursor", async () => {
      const { ids, page } = await shelf([1, 2, 3, 4, 5]);
      const end = await page({ sort: "rank", limit: 2, backward: true });
      assert.deepEqual([idsOf(end), end.page.hasMore], [ids.slice(3), false]);
      const first = await page({ sort: "rank", limit: 3 });
      const cursor: string = first.page.nextCursor;
      const before = await page({ sort: "rank", limit: 5, cursor, backward: true });
      assert.deepEqual(idsOf(before), ids.slice(0, 2), "the rows before the one that the cursor names");
      const after = await page({ sort: "rank", limit: 1, cursor: end.page.prevCursor, backward: false });
      assert.deepEqual(idsOf(after), [ids[4]]);
    });

    test("a handler's list: the caller's rows only, the caller's cursors, refs followed", async () => {
      const [bob, eve] = [await room.writer("Bob"), await room.writer("Eve")];
      for (const body of ["1", "2", "3"]) await room.ok("memo.create", { input: { body }, as: bob });
      await room.ok("memo.create", { input: { body: "0" }, as: eve });
      const seen: string[] = [];
      let cursor: string | null | undefined;
      do {
        const list = { sort: "body", limit: 2, ...(cursor ? { cursor } : {}) };
        const page = await room.ok("memo.list", { list, as: bob, expand: ["from"] });
        for (const memo of page.data) seen.push(`${memo.body} ${memo.from.name}`);
        cursor = page.page.nextCursor;
      } while (cursor);
      assert.deepEqual(seen, ["1 Bob", "2 Bob", "3 Bob"]);
      const stolen = await room.ok("memo.list", { list: { sort: "body", limit: 1 }, as: bob });
      await room.refused("memo.list", "invalid_cursor", {
        list: { sort: "-body", cursor: stolen.page.nextCursor },
        as: bob,
      });
    });

    test("a cursor of another operation, or of another secret, is refused", async () => {
      const { page, as } = await shelf([1, 2]);
      const { nextCursor } = (await page({ limit: 1 })).page;
      await room.refused("writer.list", "invalid_cursor", { list: { cursor: nextCursor }, as });
      await room.refused("article.list", "invalid_cursor", {
        list: { cursor: nextCursor, sort: "rank" },
        as,
      });
      assert.equal((await page({ limit: 1, cursor: nextCursor })).data.length, 1);
    });
  });
}
