import assert from "node:assert/strict";
import { test } from "node:test";
import {
  anyone,
  api,
  command,
  compile,
  event,
  handle,
  owner,
  query,
  resource,
  role,
  signedIn,
  t,
} from "concordat";
import { MemoryStore } from "../../../test/support/memory-store.ts";
import type { Call, Outcome, Principal } from "./call.ts";
import { createEngine } from "./engine.ts";
import type { Handler } from "./handle.ts";
import type { Account, EngineOptions } from "./options.ts";

const Note = resource(
  "note",
  {
    id: t.id("not"),
    author: t.string().readOnly(),
    body: t.string({ maxLength: 20 }),
    state: t.enum(["draft", "sent"]).default("draft").readOnly(),
  },
  { owner: "author", access: { read: [owner], write: [owner], create: [signedIn] } },
);
const noteSent = event("note.sent", Note);
const send = Note.action("send", { when: { state: ["draft"] }, set: { state: "sent" } });
const add = query("add", {
  input: t.object({ left: t.int32() }),
  output: t.object({ sum: t.int64() }),
  access: [anyone],
});
const hurry = command("hurry", {
  input: t.object({ ms: t.int32() }),
  output: t.object({ ok: t.bool() }),
  deadlineMs: 60,
});
const work = command("work", {
  output: t.object({ ok: t.bool() }),
  idempotency: "accepted",
  access: [role("worker")],
});

const contract = api("test", {
  versions: { v1: "2026-01-01" },
  resources: [Note],
  operations: [send, add, hurry, work],
  events: [noteSent],
});
const model = compile(contract);
const ID = "not_01arz3ndektsv4rrffq69g5fav";
const TIME = "2026-01-01T00:00:00Z";
const DRAFT = { id: ID, author: "ada", body: "x", state: "draft", createdAt: TIME, updatedAt: TIME } as const;

const defaults: Handler[] = [
  handle(add, ({ input }) => ({ sum: BigInt(input.left) + 1n })),
  handle(hurry, async ({ input }) => {
    await new Promise((resolve) => setTimeout(resolve, input.ms));
    return { ok: true };
  }),
  handle(work, () => ({ ok: true })),
];

test("each operation has only the steps that it declares", () => {
  const { engine } = setUp();
  assert.deepEqual(engine.stepsOf("add"), [
    "trace",
    "admit",
    "authenticate",
    "validate",
    "handle",
    "project",
    "account",
  ]);
  assert.deepEqual(engine.stepsOf("note.get"), [
    "trace",
    "admit",
    "authenticate",
    "authorize",
    "validate",
    "handle",
    "project",
    "account",
  ]);
  assert.deepEqual(engine.stepsOf("note.send"), [
    "trace",
    "admit",
    "authenticate",
    "authorize",
    "validate",
    "begin",
    "target",
    "handle",
    "project",
    "commit",
    "account",
  ]);
  assert.deepEqual(engine.stepsOf("nothing"), []);
});

test("a query that waits for nothing is answered without a promise, without a session and without a timer", () => {
  const { engine, store } = setUp();
  const outcome = engine.execute(callOf("add", { input: { left: 1 } }));
  assert.deepEqual(outcome, { ok: true, value: { sum: "2" }, kind: "ok", replayed: false });
  assert.deepEqual(store.log, []);
});

test("an operation that is not served is a failure, not an exception", async () => {
  const { engine } = setUp();
  assert.equal(codeOf(await engine.execute(callOf("nothing"))), "not_implemented");
  await assert.rejects(async () => {
    for await (const _ of engine.stream(callOf("add"))) assert.fail();
  }, /stream/);
});

test("every unknown, duplicate and missing handler is reported at once", () => {
  const stranger = query("stranger", { output: t.object({}) });
  const handlers = [defaults[0]!, defaults[0]!, handle(stranger, () => ({}))];
  assert.throws(
    () => createEngine({ model, store: new MemoryStore(), handlers }),
    (error: Error) => {
      assert.equal(error.name, "UsageError");
      for (const part of ["handler of add", "handler of stranger", "operation hurry", "operation work"]) {
        assert.ok(error.message.includes(part), `${part} in ${error.message}`);
      }
      return true;
    },
  );
});

test("a create whose server-set field has no default needs a handler", () => {
  const Bare = resource("bare", { id: t.id("bar"), state: t.enum(["a"]).readOnly() });
  const bare = compile(api("bare", { versions: { v1: "2026-01-01" }, resources: [Bare] }));
  assert.throws(() => createEngine({ model: bare, store: new MemoryStore() }), /bare\.create.*state/);
});

test("impossible and unknown options are refused", () => {
  const store = new MemoryStore();
  const wrong: Partial<EngineOptions>[] = [
    { maxConcurrentCalls: 0 },
    { maxConcurrentCalls: 1.5 },
    { cursorSecret: "short" },
    JSON.parse('{"maxCalls":3}'),
  ];
  for (const options of wrong) {
    assert.throws(() => createEngine({ model, store, handlers: defaults, ...options }), {
      name: "UsageError",
    });
  }
});

test("a single-statement command runs without BEGIN; with an idempotency key it is one transaction", async () => {
  const { engine, store } = setUp();
  await okOf(engine.execute(callOf("note.create", { input: { body: "x" }, as: "ada" })));
  assert.deepEqual(store.log.splice(0), ["insert"]);
  const idempotency = { key: "k1" };
  await okOf(engine.execute(callOf("note.create", { input: { body: "x" }, as: "ada", idempotency })));
  assert.deepEqual(store.log.splice(0), ["begin", "claim", "insert", "storeAnswer", "commit"]);
  const again = await engine.execute(callOf("note.create", { input: { body: "x" }, as: "ada", idempotency }));
  assert.equal(again.replayed, true);
  assert.deepEqual(store.log, ["begin", "claim", "rollback"]);
});

test("an action locks its row, checks its state and sets its fields in one transaction", async () => {
  const { engine, store } = setUp();
  store.put(DRAFT);
  const value = await okOf(engine.execute(callOf("note.send", { id: ID, as: "ada" })));
  assert.deepEqual(store.log.splice(0), ["begin", "get", "update", "commit"]);
  assert.equal(Object(value).state, "sent");
  const again = await engine.execute(callOf("note.send", { id: ID, as: "ada" }));
  assert.equal(codeOf(again), "invalid_state");
  assert.deepEqual(store.log, ["begin", "get", "rollback"]);
});

test("events are written in the transaction, after the handler and before the commit", async () => {
  const { engine, store } = setUp([
    handle(send, async ({ current, db, emit }) => {
      emit(noteSent, current);
      return db.update(Note, current.id, { state: "sent" });
    }),
  ]);
  store.put(DRAFT);
  await okOf(engine.execute(callOf("note.send", { id: ID, as: "ada" })));
  assert.deepEqual(store.log, ["begin", "get", "update", "appendEvent", "commit"]);
  assert.deepEqual(store.events, [{ name: "note.sent", key: ID, payload: DRAFT }]);
});

test("a handler that ignores its deadline is answered at it, rolled back, and can do nothing later", async () => {
  const late: unknown[] = [];
  const [released, finished] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const { engine, store, accounts } = setUp([
    handle(hurry, async ({ db, signal }) => {
      await db.insert(Note, { author: "ada", body: "half" });
      await released.promise;
      late.push(signal.aborted);
      await db.insert(Note, { author: "ada", body: "late" }).catch((error) => late.push(error.code));
      finished.resolve();
      return { ok: true };
    }),
  ]);
  const outcome = await engine.execute(callOf("hurry", { input: { ms: 0 }, as: "ada" }));
  assert.equal(codeOf(outcome), "deadline_exceeded");
  assert.equal(engine.active, 0);
  released.resolve();
  await finished.promise;
  await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(late, [true, "deadline_exceeded"]);
  assert.deepEqual(store.log, ["begin", "insert", "rollback"]);
  assert.equal(store.rows.size, 0);
  assert.deepEqual(
    accounts.map(({ code, status }) => [code, status]),
    [["deadline_exceeded", 504]],
  );
});

test("the caller's timeout counts where it is shorter, and one that is over is refused at once", async () => {
  const { engine } = setUp([handle(hurry, () => new Promise<never>(() => {}))]);
  const outcome = await engine.execute(callOf("hurry", { input: { ms: 0 }, as: "ada", timeoutMs: 10 }));
  assert.ok(!outcome.ok);
  assert.match(outcome.error.message, /within its 10 milliseconds/);
  const over = engine.execute(callOf("add", { input: { left: 1 }, timeoutMs: 0 }));
  assert.ok(!(over instanceof Promise));
  assert.equal(codeOf(over), "deadline_exceeded");
});

test("a caller that goes away cancels the call, also before it began", async () => {
  const { engine, store } = setUp();
  const gone = new AbortController();
  const call = engine.execute(callOf("hurry", { input: { ms: 40 }, as: "ada", signal: gone.signal }));
  setTimeout(() => gone.abort(), 5);
  assert.equal(codeOf(await call), "cancelled");
  const before = engine.execute(
    callOf("note.create", { input: { body: "x" }, as: "ada", signal: AbortSignal.abort() }),
  );
  assert.equal(codeOf(await before), "cancelled");
  assert.equal(store.rows.size, 0);
});

test("a commit under way at the deadline is awaited, since its fate would be unknown", async () => {
  const { engine, store } = setUp([handle(hurry, () => ({ ok: true }))]);
  store.before = (statement) =>
    statement === "commit" ? new Promise((resolve) => setTimeout(resolve, 120)) : undefined;
  const outcome = await engine.execute(callOf("hurry", { input: { ms: 1 }, as: "ada" }));
  assert.equal(outcome.ok, true);
});

test("a transaction that begins after the deadline is ended, and an error that is sent tells an unknown fate", async () => {
  const { engine, store } = setUp();
  const held = Promise.withResolvers<void>();
  store.before = (statement) => (statement === "begin" || statement === "insert" ? held.promise : undefined);
  const outcome = await engine.execute(callOf("hurry", { input: { ms: 1 }, as: "ada", timeoutMs: 10 }));
  assert.equal(codeOf(outcome), "deadline_exceeded");
  const alone = await engine.execute(
    callOf("note.create", { input: { body: "x" }, as: "ada", timeoutMs: 10 }),
  );
  assert.ok(!alone.ok);
  assert.match(alone.error.message, /not known/);
  held.resolve();
  await new Promise((resolve) => setImmediate(resolve));
  assert.ok(!store.log.includes("commit"));
});

test("an unknown exception is masked, its cause logged with the request id, and the transaction undone", async () => {
  const { engine, store, errors } = setUp([
    handle(work, async ({ db }) => {
      await db.insert(Note, { author: "w", body: "x" });
      throw new TypeError("password=hunter2");
    }),
  ]);
  const outcome = await engine.execute(callOf("work", { as: "worker" }));
  assert.ok(!outcome.ok);
  assert.equal(outcome.error.code, "internal");
  assert.ok(!outcome.error.message.includes("hunter2"));
  assert.equal(store.rows.size, 0);
  assert.deepEqual(
    errors.map(({ requestId, operation }) => [requestId, operation]),
    [["r1", "work"]],
  );
  assert.match(JSON.stringify(errors), /hunter2/);
});

test("a bug in accounting does not fail the call", async () => {
  const { engine, errors } = setUp([], {
    onAccount: () => {
      throw new TypeError("broken hook");
    },
  });
  assert.equal((await engine.execute(callOf("add", { input: { left: 1 } }))).ok, true);
  assert.equal(errors.length, 1);
});

test("more calls than allowed at once are refused with a time to wait, and places are given back", async () => {
  const { engine } = setUp([], { maxConcurrentCalls: 2 });
  const busy = [1, 2].map(() => engine.execute(callOf("hurry", { input: { ms: 10 }, as: "ada" })));
  const refused = await engine.execute(callOf("add", { input: { left: 1 } }));
  assert.ok(!refused.ok);
  assert.equal(refused.error.code, "unavailable");
  assert.equal(refused.error.retryAfterSeconds, 1);
  assert.equal(engine.active, 2);
  await Promise.all(busy);
  assert.equal(engine.active, 0);
  assert.equal((await engine.execute(callOf("add", { input: { left: 1 } }))).ok, true);
});

test("draining refuses new calls and resolves when the running ones are answered", async () => {
  const { engine } = setUp();
  const running = engine.execute(callOf("hurry", { input: { ms: 20 }, as: "ada" }));
  let drained = false;
  const drain = engine.drain().then(() => {
    drained = true;
  });
  assert.equal(codeOf(await engine.execute(callOf("add", { input: { left: 1 } }))), "unavailable");
  assert.equal(drained, false);
  assert.equal((await running).ok, true);
  await drain;
  await engine.drain();
});

test("every call is accounted for once, with who, what and how", async () => {
  const { engine, accounts } = setUp();
  await engine.execute(callOf("note.create", { input: { body: "x" }, as: "ada" }));
  await engine.execute(callOf("note.create", { input: { body: "x".repeat(99) }, as: "ada" }));
  await engine.execute(callOf("note.create", { input: { body: "x" } }));
  assert.deepEqual(
    accounts.map(({ durationMs, principal, ...rest }) => ({
      ...rest,
      who: principal?.id,
      timed: durationMs >= 0,
    })),
    [
      ["ok", 201, "ada"],
      ["invalid_input", 422, "ada"],
      ["unauthenticated", 401, undefined],
    ].map(([code, status, who]) => ({
      operation: "note.create",
      protocol: "test",
      requestId: "r1",
      code,
      status,
      replayed: false,
      who,
      timed: true,
    })),
  );
});

test("401 without credentials, 401 with unknown ones even where none are needed, 403 without the role", async () => {
  const { engine } = setUp();
  assert.equal(codeOf(await engine.execute(callOf("work"))), "unauthenticated");
  assert.equal(
    codeOf(await engine.execute(callOf("add", { input: { left: 1 }, as: "nobody" }))),
    "unauthenticated",
  );
  assert.equal(codeOf(await engine.execute(callOf("work", { as: "ada" }))), "forbidden");
  assert.equal((await engine.execute(callOf("work", { as: "worker" }))).ok, true);
});

test("db used after the answer is refused", async () => {
  const kept: { find: () => Promise<unknown> }[] = [];
  const { engine } = setUp([
    handle(work, ({ db }) => {
      kept.push({ find: () => db.find(Note, ID) });
      return { ok: true };
    }),
  ]);
  assert.equal((await engine.execute(callOf("work", { as: "worker" }))).ok, true);
  await assert.rejects(kept[0]!.find(), /after it was answered/);
});

test("a query's handler cannot write, lock or emit", async () => {
  for (const attempt of ["insert", "lock", "emit"] as const) {
    const { engine, store, errors } = setUp([
      handle(add, async ({ db, emit }) => {
        if (attempt === "insert") await db.insert(Note, { author: "x", body: "x" });
        if (attempt === "lock") await db.get(Note, ID, { lock: true });
        if (attempt === "emit") emit(noteSent, DRAFT);
        return { sum: 1n };
      }),
    ]);
    assert.equal(codeOf(await engine.execute(callOf("add", { input: { left: 1 } }))), "internal");
    assert.deepEqual(store.log, []);
    assert.match(JSON.stringify(errors), /command/);
  }
});

test("principal throws 401 where nobody is signed in; caller is undefined", async () => {
  const { engine } = setUp([
    handle(add, ({ caller, input }) => ({ sum: BigInt(input.left) + (caller === undefined ? 10n : 20n) })),
  ]);
  const value = await okOf(engine.execute(callOf("add", { input: { left: 1 } })));
  assert.deepEqual(value, { sum: "11" });
  const strict = setUp([handle(add, ({ principal }) => ({ sum: BigInt(principal.id.length) }))]);
  assert.equal(codeOf(await strict.engine.execute(callOf("add", { input: { left: 1 } }))), "unauthenticated");
});

test("now() is the engine's clock", async () => {
  const seen: string[] = [];
  const { engine } = setUp([
    handle(work, ({ now }) => {
      seen.push(now());
      return { ok: true };
    }),
  ]);
  await engine.execute(callOf("work", { as: "worker" }));
  assert.deepEqual(seen, ["2026-11-01T09:00:00Z"]);
});

test("a tracer gets a span for each call, active while the handler runs", async () => {
  const spans: unknown[] = [];
  const active: string[] = [];
  const { engine } = setUp(
    [
      handle(work, () => {
        spans.push(active.at(-1));
        return { ok: true };
      }),
    ],
    {
      tracer: {
        startCall(name, { traceparent }) {
          spans.push([name, traceparent]);
          return {
            run(inner) {
              active.push(name);
              try {
                return inner();
              } finally {
                active.pop();
              }
            },
            end: (result) => void spans.push(result),
          };
        },
      },
    },
  );
  const call = callOf("work", { as: "worker" });
  await engine.execute({ ...call, meta: { ...call.meta, traceparent: "00-1-2-01" } });
  assert.deepEqual(spans, [["work", "00-1-2-01"], "work", { code: "ok", status: 200 }]);
});

test("transaction commits what its work did, or nothing", async () => {
  const { engine, store } = setUp();
  await engine.transaction((db) => db.insert(Note, { author: "ada", body: "seed" }));
  assert.equal(store.rows.size, 1);
  await assert.rejects(
    engine.transaction(async (db) => {
      await db.insert(Note, { author: "ada", body: "x" });
      throw new TypeError("no");
    }),
    /no/,
  );
  assert.equal(store.rows.size, 1);
});

const PRINCIPALS: Record<string, Principal> = {
  ada: { id: "ada", roles: [], credentialId: "key_1", live: true },
  worker: { id: "w", roles: ["worker"], credentialId: "key_2", live: true },
};

function setUp(handlers: readonly Handler[] = [], options: Partial<EngineOptions> = {}) {
  const store = new MemoryStore();
  const accounts: Account[] = [];
  const errors: Record<string, unknown>[] = [];
  const replaced = new Set(handlers.map(({ operation }) => operation));
  const engine = createEngine({
    model,
    store,
    handlers: [...defaults.filter(({ operation }) => !replaced.has(operation)), ...handlers],
    authenticator: { authenticate: ({ key }) => PRINCIPALS[key] },
    clock: { now: () => Date.parse("2026-11-01T09:00:00Z") },
    logger: { info: () => {}, warn: () => {}, error: (fields) => errors.push({ ...fields }) },
    onAccount: (account) => accounts.push(account),
    ...options,
  });
  return { engine, store, accounts, errors };
}

interface Question extends Partial<Pick<Call, "id" | "input" | "idempotency" | "signal" | "precondition">> {
  readonly as?: string;
  readonly timeoutMs?: number;
}

function callOf(operation: string, { as, timeoutMs, ...rest }: Question = {}): Call {
  return {
    operation,
    ...rest,
    ...(as === undefined ? {} : { credentials: { kind: "api-key", key: as } }),
    meta: { protocol: "test", requestId: "r1", ...(timeoutMs === undefined ? {} : { timeoutMs }) },
  };
}

function codeOf(outcome: Outcome | Promise<Outcome>): string {
  assert.ok(!(outcome instanceof Promise));
  return outcome.ok ? "ok" : outcome.error.code;
}

async function okOf(outcome: Outcome | Promise<Outcome>): Promise<unknown> {
  const settled = await outcome;
  assert.ok(settled.ok, settled.ok ? "" : `${settled.error.code}: ${settled.error.message}`);
  return settled.value;
}
