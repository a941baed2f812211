import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { databases } from "../../../test/support/databases.ts";
import {
  type Ask,
  type Newsroom,
  newsroomHandlers,
  openNewsroom,
  toCall,
} from "../../../test/support/newsroom.ts";
import { stringifyJson } from "../../base/lib/index.ts";
import type { Outcome, Success } from "./call.ts";
import { createEngine, type Engine } from "./engine.ts";
import type { Session, Store, StoredRow } from "./ports.ts";

/** The same store, whose rows are given as values only: every answer is encoded and stringified. */
function withoutTexts(store: Store): Store {
  const values = ({ id, values, version, updatedAt, allowed, expanded }: StoredRow): StoredRow => ({
    id,
    values,
    version,
    updatedAt,
    allowed,
    expanded,
  });
  return {
    ready: () => store.ready(),
    close: () => store.close(),
    steps: store.steps,
    open(scope): Session {
      const session = store.open(scope);
      return new Proxy(session, {
        get(target, name) {
          if (name === "get" || name === "insert" || name === "update") {
            return async (...given: [never, never, never]) => {
              const row = await target[name](...given);
              return row && values(row);
            };
          }
          if (name === "list") {
            return async (...given: Parameters<Session["list"]>) => {
              const page = await target.list(...given);
              return { ...page, rows: page.rows.map(values) };
            };
          }
          const member: unknown = Reflect.get(target, name, target);
          return typeof member === "function" ? member.bind(target) : member;
        },
      });
    },
  };
}

for (const database of databases()) {
  describe(`answers made as text, on ${database.name}`, () => {
    let room: Newsroom;
    let slow: Engine;
    let ada: string;
    let articles: readonly string[];
    before(async () => {
      room = await openNewsroom(database);
      slow = createEngine({
        model: room.model,
        store: withoutTexts(room.store),
        handlers: newsroomHandlers,
        cursorSecret: "a secret of 16 or more bytes",
        authenticator: {
          authenticate({ key }) {
            const [id = "", ...roles] = key.split(":");
            return { id, roles, credentialId: key, live: true };
          },
        },
      });
      ada = await room.writer('Ada "the" \\ first\u2028\u{1f600}\u0001');
      const made = [];
      for (const rank of [3, null, 1]) {
        const input = { title: `t"${rank}`, words: "9007199254740993", draft: "d", rank };
        made.push(await room.ok("article.create", { input, as: ada }));
      }
      articles = made.map(({ id }) => id as string);
    });
    after(() => room.close());

    async function both(operation: string, ask: Ask): Promise<{ fast: Success; slow: Success }> {
      const outcomes: Outcome[] = [];
      for (const engine of [room.engine, slow]) outcomes.push(await engine.execute(toCall(operation, ask)));
      const [fast, other] = outcomes;
      assert.ok(fast?.ok && other?.ok, `${operation} succeeds`);
      return { fast, slow: other };
    }

    /** Reads both ways; `text` says whether the fast way must have been taken. */
    async function agree(operation: string, ask: Ask, text = true): Promise<void> {
      const { fast, slow } = await both(operation, ask);
      const what = `${operation} ${JSON.stringify(ask)}`;
      assert.equal(fast.json !== undefined, text, `${what}: made as text`);
      assert.equal(slow.json, undefined, `${what}: the slow way makes no text`);
      if (text) assert.equal(fast.json, stringifyJson(slow.value ?? null), what);
      for (const name of [
        "value",
        "kind",
        "id",
        "version",
        "updatedAt",
        "actions",
        "hidden",
        "page",
      ] as const)
        assert.deepEqual(fast[name], slow[name], `${what}: ${name}`);
    }

    test("a row, whole and sparse, is the same text as its encoded values", async () => {
      for (const id of articles) {
        await agree("article.get", { id, as: "c:chief" }, false);
        await agree("article.get", { id, as: "c:chief", fields: ["title", "words", "rank"] }, false);
      }
      await agree("writer.get", { id: ada, as: "c:chief" });
      await agree("writer.get", { id: ada, as: ada, fields: ["name"] });
      await agree("writer.get", { id: ada, as: ada, fields: ["updatedAt", "id"] });
    });

    test("pages, their cursors and totals are the same text", async () => {
      const first = { limit: 1, sort: "name" };
      await room.writer("Zoe");
      await agree("writer.list", { list: {}, as: "c:chief" });
      await agree("writer.list", { list: first, as: "c:chief", fields: ["name"] });
      const { fast } = await both("writer.list", { list: first, as: "c:chief" });
      const cursor = fast.page?.nextCursor ?? "";
      await agree("writer.list", { list: { ...first, cursor }, as: "c:chief" });
      const second = await both("writer.list", { list: { ...first, cursor }, as: "c:chief" });
      const back = second.fast.page?.prevCursor ?? "";
      await agree("writer.list", { list: { ...first, cursor: back }, as: "c:chief" });
    });

    test("where the text is not enough, values are encoded: refs followed, fields only the owner sees, handlers", async () => {
      await agree("article.list", { list: {}, as: ada }, false);
      const memo = await room.ok("memo.create", { input: { body: "b" }, as: ada });
      await agree("memo.get", { id: memo.id, as: ada }, false);
      await agree("memo.list", { list: {}, as: ada }, false);
    });

    test("a change answers with text, and so does its stored answer", async () => {
      const input = { name: "Eve \u{1f600}" };
      const made = await room.execute("writer.create", { input, as: "c:chief", key: "made-as-text" });
      assert.ok(made.ok, made.ok ? "" : made.error.message);
      assert.ok(made.json !== undefined);
      assert.equal(made.json, stringifyJson(made.value ?? null));
      const again = await room.execute("writer.create", { input, as: "c:chief", key: "made-as-text" });
      assert.ok(again.ok && again.replayed);
      assert.equal(stringifyJson(again.value ?? null), made.json);
      assert.deepEqual([again.kind, again.id, again.version], [made.kind, made.id, made.version]);
      const patched = await room.execute("writer.patch", { id: ada, input: { name: "Ida" }, as: "c:chief" });
      assert.ok(patched.ok && patched.json !== undefined);
      assert.equal(patched.json, stringifyJson(patched.value ?? null));
    });
  });
}
