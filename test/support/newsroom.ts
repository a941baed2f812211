import assert from "node:assert/strict";
import type { JsonValue } from "../../src/base/lib/index.ts";
import {
  anyone,
  api,
  command,
  compile,
  error,
  event,
  handle,
  owner,
  query,
  resource,
  role,
  self,
  signedIn,
  t,
  through,
} from "../../src/index.ts";
import type { Handler } from "../../src/runtime/engine/index.ts";
import {
  type Account,
  type Call,
  createEngine,
  type Engine,
  type Outcome,
} from "../../src/runtime/engine/index.ts";
import type { TestDatabase } from "./databases.ts";

/** People who write and edit. */
export const Writer = resource(
  "writer",
  { id: t.id("wri"), name: t.string() },
  {
    owner: "id",
    access: {
      read: [owner, role("chief"), through(() => Article, { row: "writer", self: "editor" })],
      write: [role("chief")],
    },
    list: { sort: ["name"] },
  },
);

/** A resource with every kind of rule: its writer, its editor, a role, fields that only some see. */
export const Article = resource(
  "article",
  {
    id: t.id("art"),
    writer: t.ref(() => Writer).readOnly(),
    editor: t.string({ maxLength: 40 }).optional(),
    title: t.string({ minLength: 1, maxLength: 40 }),
    teaser: t.string({ maxLength: 40 }).optional(),
    rank: t.int32().nullable().default(null),
    words: t.int64().default(0n),
    source: t.string({ maxLength: 40 }).immutable().optional(),
    draft: t.string({ maxLength: 40, visibleTo: "owner" }).optional(),
    verdict: t.string({ maxLength: 40, visibleTo: "chief" }).optional(),
    state: t.enum(["new", "checked", "printed"]).default("new").readOnly(),
  },
  {
    owner: "writer",
    access: { read: [owner, self("editor"), role("chief")], write: [owner, self("editor"), role("chief")] },
    list: {
      filter: ["state", "rank", "writer.name"],
      sort: ["rank", "title"],
      search: ["title"],
      total: "exact",
    },
  },
);

/** A resource whose owner is named in the body, whose rows are hidden from others. */
export const Desk = resource(
  "desk",
  { id: t.id("dsk"), chair: t.ref(() => Writer), room: t.string().unique(), lamp: t.bool().default(true) },
  {
    owner: "chair",
    whenDenied: "not-found",
    access: { read: [owner], write: [owner, through(() => Lease, { row: "desk", self: "tenant" })] },
  },
);

/** Joins desks to tenants. */
export const Lease = resource("lease", { id: t.id("lea"), desk: t.ref(() => Desk), tenant: t.string() });

/** Rows that custom handlers serve. */
export const Memo = resource(
  "memo",
  {
    id: t.id("mem"),
    from: t.ref(() => Writer).readOnly(),
    about: t.ref(() => Article).optional(),
    body: t.string(),
  },
  { owner: "from", access: { read: [owner], write: [owner], create: [signedIn] }, list: { sort: ["body"] } },
);

export const tooLong = error("too_long_for_print", { status: 409, data: t.object({ words: t.int64() }) });
export const articlePrinted = event("article.printed", Article);

export const patchArticle = Article.patch();
export const checkArticle = Article.action("check", {
  when: { state: ["new"] },
  set: { state: "checked" },
  access: [self("editor"), role("chief")],
});
export const printArticle = Article.action("print", {
  input: t.object({ limit: t.int64() }),
  when: { state: ["checked", "new"] },
  access: [owner, role("chief")],
  errors: [tooLong],
});
export const createMemo = Memo.create();
export const listMemos = Memo.list();
export const getMemo = Memo.get();
export const nap = command("nap", {
  input: t.object({ seconds: t.float64() }),
  output: t.object({}),
  deadlineMs: 400,
});
export const tally = query("tally", { output: t.object({ articles: t.int64() }), access: [anyone] });

const contract = api("newsroom", {
  versions: { v1: "2026-01-01" },
  resources: [Writer, Article, Desk, Lease, Memo],
  operations: [patchArticle, checkArticle, printArticle, createMemo, listMemos, getMemo, nap, tally],
  events: [articlePrinted],
});

export const newsroomHandlers: readonly Handler[] = [
  handle(printArticle, async ({ input, current, db, emit }) => {
    const printed = await db.update(Article, current.id, { state: "printed" });
    emit(articlePrinted, printed);
    if (current.words > input.limit) throw tooLong({ words: current.words });
    return printed;
  }),
  handle(createMemo, async ({ input, db, principal }) => {
    if (input.about !== undefined) await db.get(Article, input.about);
    return db.insert(Memo, {
      ...input,
      from: input.body.startsWith("as ") ? input.body.slice(3) : principal.id,
    });
  }),
  handle(listMemos, ({ input, db }) => db.list(Memo, input)),
  handle(getMemo, async ({ id, db }) => ({ ...(await db.get(Memo, id)), body: "as told by the handler" })),
  handle(nap, async ({ input, db }) => {
    await db.sql`select pg_sleep(${input.seconds})`;
    return {};
  }),
  handle(tally, async ({ db }) => {
    const [row] = await db.sql<{ articles: bigint }>`select count(*) as articles from articles`;
    return { articles: row?.articles ?? 0n };
  }),
];

/** One call as a test writes it. */
export interface Ask extends Partial<Omit<Call, "operation" | "credentials" | "meta" | "idempotency">> {
  /** `name` or `name:role`. */
  readonly as?: string;
  readonly key?: string;
  readonly timeoutMs?: number;
}

/** Opens a newsroom on a database: rows are made through the engine, by a chief. */
export async function openNewsroom(database: TestDatabase, handlers: readonly Handler[] = newsroomHandlers) {
  const model = compile(contract);
  const store = await database.open(model);
  const accounts: Account[] = [];
  const engine = createEngine({
    model,
    store,
    handlers,
    cursorSecret: "a secret of 16 or more bytes",
    authenticator: { authenticate: ({ key }) => principalOf(key) },
    onAccount: (account) => accounts.push(account),
  });
  const execute = async (operation: string, ask: Ask = {}): Promise<Outcome> =>
    engine.execute(toCall(operation, ask));
  const ok = async (operation: string, ask: Ask = {}): Promise<Row> => {
    const outcome = await execute(operation, ask);
    assert.ok(outcome.ok, outcome.ok ? "" : `${operation}: ${outcome.error.code} ${outcome.error.message}`);
    return toRow(outcome.value);
  };
  const refused = async (operation: string, code: string, ask: Ask = {}) => {
    const outcome = await execute(operation, ask);
    assert.ok(!outcome.ok, `${operation} succeeded, expected ${code}`);
    assert.equal(outcome.error.code, code, outcome.error.message);
    return outcome.error;
  };
  const writer = async (name: string) =>
    (await ok("writer.create", { input: { name }, as: "c:chief" })).id as string;
  const close = () => store.close();
  return { model, store, engine, accounts, execute, ok, refused, writer, close };
}

export type Newsroom = Awaited<ReturnType<typeof openNewsroom>>;

/** A row or page as JSON carries it. */
export type Row = Readonly<Record<string, any>>;

export function toRow(value: JsonValue | undefined): Row {
  return Object(value ?? {});
}

export function toCall(
  operation: string,
  { as, key, timeoutMs, ...rest }: Ask,
): Parameters<Engine["execute"]>[0] {
  return {
    operation,
    ...rest,
    ...(key === undefined ? {} : { idempotency: { key } }),
    ...(as === undefined ? {} : { credentials: { kind: "api-key", key: as } }),
    meta: { protocol: "test", requestId: "r1", ...(timeoutMs === undefined ? {} : { timeoutMs }) },
  };
}

function principalOf(key: string) {
  const [id = "", ...roles] = key.split(":");
  return { id, roles, credentialId: `key of ${id}`, live: true };
}
