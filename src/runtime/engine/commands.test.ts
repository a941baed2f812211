import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { handle } from "concordat";
import { databases } from "../../../test/support/databases.ts";
import {
  Article,
  type Newsroom,
  newsroomHandlers,
  openNewsroom,
  printArticle,
} from "../../../test/support/newsroom.ts";
import { until } from "../../../test/support/until.ts";

for (const database of databases()) {
  describe(`commands, on ${database.name}`, () => {
    let room: Newsroom;
    let ada: string;
    before(async () => {
      room = await openNewsroom(database);
      ada = await room.writer("Ada");
    });
    after(() => room.close());

    const article = (values: object = {}) =>
      room.ok("article.create", { input: { title: "A", ...values }, as: ada });
    const events = () => room.engine.transaction((db) => db.sql`select name, key from concordat.outbox`);

    test("rows, events and the stored answer commit together; a duplicate gets the same answer", async () => {
      const { id } = await article({ words: "5" });
      const before = (await events()).length;
      room.accounts.splice(0);
      const ask = { id, input: { limit: "10" }, key: "print-1", as: ada };
      const first = await room.execute("article.print", ask);
      const second = await room.execute("article.print", ask);
      assert.ok(first.ok && second.ok);
      assert.deepEqual(second, { ...first, replayed: true });
      assert.equal((await events()).length, before + 1);
      assert.deepEqual(
        room.accounts.map(({ replayed }) => replayed),
        [false, true],
      );
    });

    test("a declared refusal after a write: everything is undone, the refusal is stored", async () => {
      const { id } = await article({ words: "9007199254740993" });
      const before = (await events()).length;
      const ask = { id, input: { limit: "10" }, key: "print-2", as: ada };
      const error = await room.refused("article.print", "too_long_for_print", ask);
      assert.deepEqual(error.data, { words: "9007199254740993" });
      const again = await room.execute("article.print", ask);
      assert.ok(!again.ok && again.replayed);
      assert.deepEqual([again.error.code, again.error.data], ["too_long_for_print", error.data]);
      assert.equal((await room.ok("article.get", { id, as: ada })).state, "new");
      assert.equal((await events()).length, before);
    });

    test("a stale If-Match is not stored: the same key may be tried with a fresh one", async () => {
      const { id } = await article();
      const ask = { id, input: { title: "B" }, key: "match-1", as: ada };
      await room.refused("article.patch", "precondition_failed", { ...ask, precondition: { ifMatch: [7] } });
      assert.equal((await room.ok("article.patch", { ...ask, precondition: { ifMatch: [1] } })).title, "B");
    });

    test("keys: what is no key, and a key where none is taken", async () => {
      for (const key of ["", " ", "a b", "é", "x".repeat(256)]) {
        const error = await room.refused("article.create", "invalid_parameter", {
          input: { title: "A" },
          key,
          as: ada,
        });
        assert.equal(error.violations[0]?.pointer, "Idempotency-Key");
      }
      await room.refused("article.list", "invalid_parameter", { key: "k", as: ada });
      await room.ok("article.create", { input: { title: "A" }, key: "~".repeat(255), as: ada });
    });

    test("PUT: clears what is left out, refills defaults, keeps immutables, and converges to one version", async () => {
      const { id } = await article({ teaser: "t", rank: 3, source: "wire", words: "7" });
      const ask = { id, input: { title: "B" }, as: ada };
      const outcome = await room.execute("article.replace", ask);
      assert.ok(outcome.ok);
      const { teaser, rank, source, words, title } = Object(outcome.value);
      assert.deepEqual([teaser, rank, source, words, title], [undefined, null, "wire", "0", "B"]);
      const again = await room.execute("article.replace", ask);
      assert.ok(again.ok);
      assert.deepEqual([again.version, again.updatedAt], [outcome.version, outcome.updatedAt]);
      const changed = { ...ask, input: { title: "B", source: "other" } };
      const error = await room.refused("article.replace", "invalid_input", changed);
      assert.deepEqual(
        error.violations.map(({ pointer, code }) => [pointer, code]),
        [["/source", "immutable"]],
      );
      await room.ok("article.replace", { ...ask, input: { title: "B", source: "wire" } });
    });

    test("PUT to an unknown id is 404, with If-None-Match * on a row that exists 412", async () => {
      const { id } = await article();
      const unknown = "art_01arz3ndektsv4rrffq69g5fav";
      const precondition = { ifNoneMatch: "*" } as const;
      await room.refused("article.replace", "not_found", {
        id: unknown,
        input: { title: "B" },
        precondition,
        as: ada,
      });
      await room.refused("article.replace", "precondition_failed", {
        id,
        input: { title: "B" },
        precondition,
        as: ada,
      });
    });

    test("PATCH: an immutable field is named as such, null removes, nothing changes nothing", async () => {
      const { id } = await article({ teaser: "t", source: "wire" });
      const error = await room.refused("article.patch", "invalid_input", {
        id,
        input: { source: "other", title: "" },
        as: ada,
      });
      assert.deepEqual(
        error.violations.map(({ pointer, code }) => [pointer, code]),
        [
          ["/source", "immutable"],
          ["/title", "too_short"],
        ],
      );
      const outcome = await room.execute("article.patch", { id, input: {}, as: ada });
      assert.ok(outcome.ok && outcome.version === 1);
      assert.ok(!("teaser" in (await room.ok("article.patch", { id, input: { teaser: null }, as: ada }))));
    });

    test("who may touch all rows patches and deletes in one statement, with the same answers", async () => {
      const chief = { as: "c:chief" };
      const { id } = await room.ok("writer.create", { input: { name: "Zoe" }, ...chief });
      const patched = await room.execute("writer.patch", { id, input: { name: "Zoé" }, ...chief });
      assert.ok(patched.ok && patched.version === 2);
      assert.equal((await room.execute("writer.patch", { id, input: {}, ...chief })).ok, true);
      const none = await room.execute("writer.delete", { id, ...chief });
      assert.deepEqual([none.ok && none.kind, none.ok && none.value], ["none", undefined]);
      await room.refused("writer.delete", "not_found", { id, ...chief });
      await room.refused("writer.patch", "not_found", { id, input: { name: "x" }, ...chief });
      await room.refused("writer.patch", "not_found", { id, input: {}, ...chief });
    });

    test("a body where none is taken is refused, an empty object is not", async () => {
      const { id } = await article();
      const error = await room.refused("article.check", "invalid_input", {
        id,
        input: { a: 1 },
        as: "c:chief",
      });
      assert.equal(error.violations[0]?.pointer, "/a");
      await room.ok("article.check", { id, input: {}, as: "c:chief" });
    });

    test("db.get of no row is 422 at the input field that named it", async () => {
      const unknown = "art_01arz3ndektsv4rrffq69g5fav";
      const memo = { input: { body: "x", about: unknown }, as: ada };
      const error = await room.refused("memo.create", "reference_not_found", memo);
      assert.equal(error.violations[0]?.pointer, "/about");
    });

    test("a handler that returns the row as it was before its own update answers with the row as it is", async () => {
      const other = await openNewsroomWith(async ({ current, db }) => {
        await db.update(Article, current.id, { state: "printed" });
        return current;
      });
      const { id, writer } = other;
      const outcome = await other.room.execute("article.print", { id, input: { limit: "1" }, as: writer });
      assert.ok(outcome.ok);
      assert.deepEqual([outcome.version, Object(outcome.value).state], [2, "printed"]);
      await other.close();
    });

    test("a failed statement that a handler catches leaves the whole command or nothing", async () => {
      const other = await openNewsroomWith(async ({ current, db }) => {
        await db.update(Article, current.id, { title: "changed" });
        await db.sql`select 1 / 0`.catch(() => {});
        return current;
      });
      const { id, writer } = other;
      const outcome = await other.room.execute("article.print", { id, input: { limit: "1" }, as: writer });
      const { title } = await other.room.ok("article.get", { id, as: writer });
      assert.equal(title, outcome.ok ? "changed" : "A");
      await other.close();
    });

    test("find, list, delete and sql of db", async () => {
      const mark = "found me";
      const { id } = await article({ title: mark, words: "9007199254740993" });
      await room.engine.transaction(async (db) => {
        assert.equal((await db.find(Article, { title: mark }))?.id, id);
        assert.equal((await db.find(Article, { title: mark, rank: null }, { lock: true }))?.id, id);
        assert.equal(await db.find(Article, { title: "nobody" }), undefined);
        assert.equal(await db.find(Article, "art_01arz3ndektsv4rrffq69g5fav"), undefined);
        const page = await db.list(Article, { filter: [{ field: "title", operator: "in", values: [mark] }] });
        assert.deepEqual(
          [page.data.length, page.page.hasMore, page.data[0]?.words],
          [1, false, 9007199254740993n],
        );
        const [row] = await db.sql<{ words: bigint }>`select words from articles where id = ${id}`;
        assert.equal(row?.words, 9007199254740993n);
        assert.deepEqual([await db.delete(Article, id), await db.delete(Article, id)], [true, false]);
        await assert.rejects(db.update(Article, id, { title: "x" }), { code: "reference_not_found" });
      });
    });

    if (database.kind === "postgres") {
      test("the deadline cancels the statement that runs", async () => {
        await room.refused("nap", "deadline_exceeded", { input: { seconds: 300 }, as: ada });
        await until("the statement is cancelled", async () => {
          const running = await room.engine.transaction(
            (db) =>
              db.sql`select 1 from pg_stat_activity where query like 'select pg_sleep%' and state = 'active' and datname = current_database()`,
          );
          return running.length === 0;
        });
      });

      test("of twenty duplicates at once one does the work", async () => {
        const ask = { input: { title: "race" }, key: "race-1", as: ada };
        const outcomes = await Promise.all(
          Array.from({ length: 20 }, () => room.execute("article.create", ask)),
        );
        const fresh = outcomes.filter((outcome) => outcome.ok && !outcome.replayed);
        assert.equal(fresh.length, 1);
        for (const outcome of outcomes) {
          if (outcome.ok) continue;
          assert.equal(outcome.error.code, "idempotency_in_progress");
          assert.equal(outcome.error.retryAfterSeconds, 1);
        }
        const found = await room.engine.transaction(
          (db) => db.sql`select 1 from articles where title = 'race'`,
        );
        assert.equal(found.length, 1);
      });
    }

    /** A newsroom of its own whose print handler is another. */
    async function openNewsroomWith(
      run: Parameters<typeof handle<{ received: { limit: bigint }; returned: any; target: any }>>[1],
    ) {
      const others = newsroomHandlers.filter(({ operation }) => operation !== printArticle);
      const other = await openNewsroom(database, [...others, handle(printArticle, run)]);
      const writer = await other.writer("Eve");
      const { id } = await other.ok("article.create", { input: { title: "A" }, as: writer });
      return { room: other, writer, id: String(id), close: () => other.close() };
    }
  });
}
