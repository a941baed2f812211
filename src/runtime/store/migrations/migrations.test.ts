import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, test } from "node:test";
import { databases, type TestStore } from "../../../../test/support/databases.ts";
import { scope } from "../../../../test/support/shop.ts";
import { ApiError, UsageError } from "../../../base/errors/index.ts";
import { type AnyResource, api, resource } from "../../../contract/language/index.ts";
import { compile, type Model } from "../../../contract/model/index.ts";
import { type Fields, t } from "../../../contract/schema/index.ts";
import { openStore } from "../open-store.ts";
import { planMigrationFiles } from "./files.ts";

const AT = "2026-01-01T00:00:00Z";

function model(...resources: AnyResource[]): Model {
  return compile(api("library", { versions: { v1: "2026-01-01" }, resources }));
}

/** The first contract, with a field more or in another form. */
function book(fields: Fields = {}, sort: string[] = ["title"]): AnyResource {
  return resource(
    "book",
    { id: t.id("boo"), title: t.string(), ...fields },
    { list: { sort: sort as ["title"] } },
  );
}

function bookRow(values: Readonly<Record<string, unknown>> = {}) {
  return { id: `boo_${"0".repeat(26)}`, title: "Emma", createdAt: AT, updatedAt: AT, ...values };
}

const first = model(book());

for (const database of databases()) {
  describe(`migrations on ${database.name}`, () => {
    let folder: string;
    const stores: TestStore[] = [];
    beforeEach(() => {
      folder = mkdtempSync(join(tmpdir(), "concordat-migrations-"));
    });
    afterEach(async () => {
      await Promise.all(stores.splice(0).map((store) => store.close()));
      rmSync(folder, { recursive: true });
    });

    async function open(of: Model = first): Promise<TestStore> {
      const store = await database.open(of, { tables: false });
      stores.push(store);
      return store;
    }

    async function run(store: TestStore, text: string): Promise<readonly Record<string, unknown>[]> {
      return store.open(scope()).sql(text, []);
    }

    test("a model is applied to an empty database once, and fits", async () => {
      const store = await open();
      await assert.rejects(
        store.ready(),
        (error) => error instanceof ApiError && error.code === "unavailable",
      );
      assert.equal((await store.migrations.applyModel()).statements.length > 0, true);
      assert.deepEqual((await store.migrations.applyModel()).statements, []);
      assert.deepEqual(await store.migrations.drift(), []);
      await store.ready();
    });

    test("what is added to a contract is added to tables with rows", async () => {
      const store = await open();
      await store.migrations.applyModel();
      await store.open(scope()).insert("book", bookRow());
      const author = resource("author", { id: t.id("aut"), name: t.string() });
      const next = model(
        book(
          {
            author: t.ref(() => author).optional(),
            kind: t.enum(["novel", "poem"]).default("novel"),
            pages: t.int32().optional(),
            tags: t.list(t.string()).default([]),
            price: t.money({ currency: "EUR" }).default("1.50"),
            loan: t.duration().default("P14D"),
          },
          ["title", "pages"],
        ),
        author,
      );
      const again = await on(store, next);
      await again.migrations.applyModel();
      assert.deepEqual(await again.migrations.drift(), []);
      const row = await again.open(scope()).get("book", bookRow().id, { access: "all" });
      assert.deepEqual(row?.values, bookRow({ kind: "novel", tags: [], price: "1.50", loan: "P14D" }));
    });

    test("changes that every row survives are applied: a wider enum, a field no longer required, one newly so", async () => {
      const before = book({ kind: t.enum(["novel"]), pages: t.int32(), isbn: t.string().optional() });
      const store = await open(model(before));
      await store.migrations.applyModel();
      await store.open(scope()).insert("book", bookRow({ kind: "novel", pages: 3 }));
      const after = book({
        kind: t.enum(["novel", "poem"]),
        pages: t.int32().optional(),
        isbn: t.string().default("none"),
      });
      const again = await on(store, model(after));
      await again.migrations.applyModel();
      assert.deepEqual(await again.migrations.drift(), []);
      const row = await again.open(scope()).update("book", bookRow().id, { kind: "poem", pages: null });
      assert.deepEqual(row?.values, {
        ...bookRow({ kind: "poem", isbn: "none" }),
        updatedAt: row?.updatedAt,
      });
    });

    test("what would lose data is refused, naming it, and changes nothing", async () => {
      const store = await open(model(book({ pages: t.int32().optional() })));
      await store.migrations.applyModel();
      const without = await on(store, first);
      await assert.rejects(without.migrations.applyModel(), (error) => {
        return error instanceof UsageError && error.message.includes("Column books.pages");
      });
      assert.deepEqual(await store.migrations.drift(), []);
      await without.migrations.applyModel({ allowDestructive: true });
      assert.deepEqual(await without.migrations.drift(), []);
    });

    test("rows that do not fit a new rule are named, and nothing changes", async () => {
      const store = await open();
      await store.migrations.applyModel();
      await store.open(scope()).insert("book", bookRow());
      const required = await on(store, model(book({ pages: t.int32() })));
      await assert.rejects(required.migrations.applyModel(), (error) => {
        return (
          error instanceof UsageError && /pages.*null values.*Give the field a default/s.test(error.message)
        );
      });
      assert.deepEqual(await store.migrations.drift(), []);
    });

    test("tables and columns of others are left alone", async () => {
      const store = await open();
      await run(store, "create table theirs (id int primary key)");
      await store.migrations.applyModel();
      await run(store, "alter table books add column theirs int");
      await run(store, "create index theirs_idx on books (theirs)");
      assert.deepEqual((await store.migrations.applyModel()).statements, []);
      assert.deepEqual(await store.migrations.drift(), []);
      await run(store, "select * from theirs");
    });

    test("a plan is written as files, applied once and recorded", async () => {
      const store = await open();
      const planned = store.migrations.plan(folder);
      assert.deepEqual(readdirSync(folder).sort(), ["0001_init.sql", "snapshot.json"]);
      assert.deepEqual(
        planned.files.map(({ name }) => name),
        ["0001_init.sql"],
      );
      assert.deepEqual(store.migrations.plan(folder).files, [], "planning again finds nothing");
      const before = await store.migrations.status(folder);
      assert.deepEqual([before.pending.length, before.applied.length], [1, 0]);
      assert.equal((await store.migrations.apply(folder)).length, 1);
      assert.equal((await store.migrations.apply(folder)).length, 0);
      const after = await store.migrations.status(folder);
      assert.deepEqual([after.pending.length, after.applied[0]?.name], [0, "0001_init.sql"]);
      assert.deepEqual([after.mistakes, after.unplanned, after.drift], [[], [], []]);
      await store.ready();
    });

    test("changes of tables with rows are planned without long locks, and apply", async () => {
      const store = await open();
      store.migrations.plan(folder);
      await store.migrations.apply(folder);
      await store.open(scope()).insert("book", bookRow());
      const author = resource("author", { id: t.id("aut"), name: t.string() });
      const next = await on(
        store,
        model(
          book({ author: t.ref(() => author).optional(), pages: t.int32().default(1) }, ["title", "pages"]),
          author,
        ),
      );
      const { files } = next.migrations.plan(folder, { name: "Authors & pages" });
      assert.deepEqual(
        files.map(({ name, alone }) => [name, alone]),
        [
          ["0002_authors_pages.sql", false],
          ["0003_authors_pages_2.sql", true],
        ],
      );
      assert.match(files[0]!.text, /add column "pages" integer not null default '1'::integer/);
      assert.match(files[0]!.text, /foreign key \("author"\) references "authors" \("id"\) not valid/);
      assert.match(files[1]!.text, /create index concurrently "books_author_idx"/);
      assert.match(files[1]!.text, /validate constraint "books_author_fkey"/);
      assert.equal((await next.migrations.apply(folder)).length, 2);
      assert.deepEqual(await next.migrations.drift(), []);
    });

    test("a field becomes required by a proof that needs no long lock", async () => {
      const store = await open(model(book({ pages: t.int32().optional() })));
      store.migrations.plan(folder);
      await store.migrations.apply(folder);
      const next = await on(store, model(book({ pages: t.int32() })));
      const { files, warnings } = next.migrations.plan(folder);
      assert.match(files[1]!.text, /validate constraint "pages_not_null";.*set not null;.*drop constraint/s);
      assert.match(warnings[0]!, /becomes required/);
      await next.migrations.apply(folder);
      assert.deepEqual(await next.migrations.drift(), []);
    });

    test("a plan that loses data needs to be allowed and says what is lost", async () => {
      planMigrationFiles(model(book({ pages: t.int32().optional() })), folder);
      assert.throws(() => planMigrationFiles(first, folder), UsageError);
      assert.equal(readdirSync(folder).length, 2);
      const { files } = planMigrationFiles(first, folder, { allowDestructive: true });
      assert.match(
        files[0]!.text,
        /-- Loses: Column books.pages with its values.\nalter table "books" drop column "pages"/,
      );
    });

    test("an edited, a missing and a late file are refused before anything runs", async () => {
      const store = await open();
      store.migrations.plan(folder);
      await store.migrations.apply(folder);
      const path = join(folder, "0001_init.sql");
      const text = readFileSync(path, "utf8");
      writeFileSync(path, `${text}\nselect 1;`);
      await assert.rejects(
        store.migrations.apply(folder),
        /0001_init.sql: expected the text that was applied/,
      );
      rmSync(path);
      await assert.rejects(
        store.migrations.apply(folder),
        /0001_init.sql: expected the file that was applied/,
      );
      writeFileSync(path, text.replaceAll("\n", "\r\n"));
      assert.deepEqual(await store.migrations.apply(folder), [], "line ends do not count");
      writeFileSync(join(folder, "0000_late.sql"), "select 1;");
      await assert.rejects(store.migrations.apply(folder), /0000_late.sql: expected a number above 1/);
    });

    test("a file that fails leaves nothing of itself, and says so", async () => {
      const store = await open();
      writeFileSync(join(folder, "0001_bad.sql"), "create table half (id int); select nonsense;");
      await assert.rejects(store.migrations.apply(folder), (error) => {
        return (
          error instanceof UsageError && /nonsense.*nothing of this file took effect/s.test(error.message)
        );
      });
      assert.deepEqual(await run(store, "select to_regclass('half') is null as gone"), [{ gone: true }]);
      assert.deepEqual((await store.migrations.status(folder)).applied, []);
      writeFileSync(join(folder, "0001_bad.sql"), "create table half (id int);");
      assert.equal((await store.migrations.apply(folder)).length, 1);
    });

    test("a database made in development is taken over with baseline", async () => {
      const store = await open();
      await store.migrations.applyModel();
      store.migrations.plan(folder);
      await assert.rejects(store.migrations.apply(folder), /already exists/);
      await store.migrations.apply(folder, { baseline: true });
      const { pending, drift } = await store.migrations.status(folder);
      assert.deepEqual([pending, drift], [[], []]);
    });

    test("drift is named place by place", async () => {
      const store = await open(model(book({ kind: t.enum(["novel", "poem"]) })));
      await store.migrations.applyModel();
      await run(store, "drop index books_title_id_idx");
      await run(store, "alter table books alter column title drop not null");
      await run(store, "alter table books add column extra int not null");
      await run(store, "alter table books drop constraint books_kind_check");
      const drift = await store.migrations.drift();
      assert.deepEqual(
        drift.map(({ place, found, breaks }) => [place, found, breaks]),
        [
          ["column books.title", "type text; nullable true; collation C", true],
          ["column books.extra", "type integer; nullable false, without a default", true],
          ["index books_title_id_idx", "nothing", false],
          ["check books_kind_check", "nothing", false],
        ],
      );
      await assert.rejects(store.ready(), (error) => error instanceof ApiError && error.status === 503);
    });

    if (database.kind === "postgres") {
      test("of processes that apply at once one leads, the others find nothing to do", async () => {
        const store = await open();
        store.migrations.plan(folder);
        writeFileSync(join(folder, "0002_slow.sql"), "select pg_sleep(0.3); create table slow (id int);");
        const others = await Promise.all([1, 2, 3].map(() => openStore(first, { databaseUrl: store.url! })));
        const ran = await Promise.all(others.map((other) => other.migrations.apply(folder)));
        assert.deepEqual(ran.map(({ length }) => length).sort(), [0, 0, 2]);
        await Promise.all(others.map((other) => other.close()));
      });

      test("a lock that does not come free is waited for in short tries, then named", async () => {
        const store = await open();
        await store.migrations.applyModel();
        const holder = store.open(scope());
        await holder.begin();
        await holder.sql("lock table books in access share mode", []);
        writeFileSync(join(folder, "0001_alter.sql"), "alter table books add column x int;");
        const applying = store.migrations.apply(folder, { lockTimeoutMs: 50 });
        setTimeout(() => holder.rollback(), 700);
        assert.equal((await applying).length, 1);
      });
    }

    /** Another model on the same database. */
    async function on(store: TestStore, other: Model): Promise<TestStore> {
      return database.reopen(store, other);
    }
  });
}
