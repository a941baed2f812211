import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { anyone, api, channel, compile, event, handle, type Row, resource, stream, t } from "concordat";
import { databases, type TestStore } from "../../../test/support/databases.ts";
import { until } from "../../../test/support/until.ts";
import type { Call, Outcome } from "./call.ts";
import type { HandlerContext } from "./context.ts";
import { createEngine, type Engine } from "./engine.ts";
import type { Account } from "./options.ts";

const Room = resource(
  "room",
  { id: t.id("room"), name: t.string(), guest: t.string() },
  { owner: "guest", access: { create: [anyone] } },
);
const reading = t.object({ beats: t.int64({ minimum: 1n }), at: t.timestamp().optional() });
const gathered = event("room.gathered", t.object({ total: t.int64() }));
const gather = stream("gather", {
  direction: "client",
  input: reading,
  output: t.object({ total: t.int64(), count: t.int32() }),
  access: [anyone],
  maxMessages: 5,
  deadlineMs: 400,
});
const talk = channel("talk", {
  key: Room,
  send: t.object({ text: t.string({ maxLength: 5 }) }),
  receive: t.object({ echo: t.string() }),
  maxMessages: 100_000,
});
const brief = channel("brief", {
  key: Room,
  send: t.object({ text: t.string() }),
  receive: t.object({ echo: t.string() }),
  deadlineMs: 100,
});
const model = compile(
  api("readings", {
    versions: { v1: "2026-01-01" },
    resources: [Room],
    operations: [gather, talk, brief],
    events: [gathered],
  }),
);

type Gather = (
  context: HandlerContext<AsyncIterable<{ beats: bigint }>>,
) => Promise<{ total: bigint; count: number }>;
type Talk = (
  context: HandlerContext<AsyncIterable<{ text: string }>, Row<typeof Room>>,
) => AsyncIterable<{ echo: string }>;

const add: Gather = async ({ input }) => {
  let total = 0n;
  let count = 0;
  for await (const { beats } of input) {
    total += beats;
    count++;
  }
  return { total, count };
};
const echo: Talk = async function* ({ input, current }) {
  for await (const { text } of input) yield { echo: `${current.name}: ${text}` };
};

for (const database of databases()) {
  describe(`client streams and channels, on ${database.name}`, () => {
    let store: TestStore;
    let room: string;
    before(async () => {
      store = await database.open(model);
      const { engine } = setUp({});
      room = await engine.transaction(
        async (db) => (await db.insert(Room, { name: "Blue", guest: "ann" })).id,
      );
    });
    after(() => store.close());

    const names = async () => {
      const { engine } = setUp({});
      return (await engine.transaction((db) => db.list(Room, {}))).data.map(({ name }) => name);
    };

    test("a client stream's messages are decoded one by one, and answered once", async () => {
      const { engine, accounts } = setUp({ gather: add });
      const outcome = await engine.execute(
        callOf("gather", [{ beats: "60" }, { beats: "9007199254740993" }]),
      );
      assert.deepEqual(ok(outcome), { total: "9007199254741053", count: 2 });
      assert.deepEqual(ok(await engine.execute(callOf("gather", []))), { total: "0", count: 0 });
      assert.deepEqual(accounts, ["ok", "ok"]);
      assert.equal(engine.active, 0);
    });

    test("a client stream with an idempotency key is refused, and told what to do, before a message is read", async () => {
      const { engine } = setUp({ gather: () => assert.fail("the handler is not called") });
      let read = 0;
      const messages = (async function* () {
        read++;
        yield { beats: "1" };
      })();
      const call = { ...callOf("gather", []), messages, idempotency: { key: "k1" } };
      const error = refused(await engine.execute(call));
      assert.deepEqual([error.code, error.status, read], ["invalid_parameter", 400, 0]);
      assert.deepEqual(
        error.violations.map(({ pointer, code }) => [pointer, code]),
        [["Idempotency-Key", "unknown_parameter"]],
      );
      assert.match(error.violations[0]?.message ?? "", /unique field/);
      assert.match(
        refused(await engine.execute({ ...call, idempotency: { key: "" } })).message,
        /Idempotency-Key/,
      );
    });

    test("rows and events of a client stream commit together, or not at all", async () => {
      const { engine } = setUp({
        gather: async ({ input, db, emit }) => {
          await db.insert(Room, { name: "Before", guest: "bob" });
          emit(gathered, { total: 1n });
          let count = 0;
          for await (const _ of input) count++;
          return { total: 1n, count };
        },
      });
      const outbox = () => engine.transaction((db) => db.sql`select name from concordat.outbox`);
      await engine.execute(callOf("gather", [{ beats: "1" }, { beats: "0" }]));
      assert.equal((await names()).includes("Before"), false);
      assert.equal((await outbox()).length, 0);
      ok(await engine.execute(callOf("gather", [{ beats: "1" }])));
      assert.equal((await names()).includes("Before"), true);
      assert.equal((await outbox()).length, 1);
    });

    test("what is wrong with a message is told by pointers into the messages, and refuses the call", async () => {
      const { engine, accounts } = setUp({ gather: add });
      const wrong = callOf("gather", [{ beats: "1" }, { beats: "0", at: "soon" }, { beats: "1" }]);
      const error = refused(await engine.execute(wrong));
      assert.equal(error.code, "invalid_input");
      assert.deepEqual(
        error.violations.map(({ pointer, code }) => `${pointer} ${code}`),
        ["/1/beats too_small", "/1/at bad_format"],
      );
      assert.deepEqual(accounts, ["invalid_input"]);
    });

    test("a handler that swallows a wrong message answers nobody, and stores nothing", async () => {
      const { engine } = setUp({
        gather: async ({ input, db }) => {
          await db.insert(Room, { name: "Swallowed", guest: "bob" });
          try {
            for await (const _ of input);
          } catch {}
          return { total: 0n, count: 0 };
        },
      });
      assert.equal(refused(await engine.execute(callOf("gather", [{ beats: "no" }]))).code, "invalid_input");
      assert.equal((await names()).includes("Swallowed"), false);
    });

    test("no more messages are taken than the contract allows", async () => {
      const { engine } = setUp({ gather: add });
      const five = Array.from({ length: 5 }, () => ({ beats: "1" }));
      assert.deepEqual(ok(await engine.execute(callOf("gather", five))), { total: "5", count: 5 });
      const error = refused(await engine.execute(callOf("gather", [...five, { beats: "1" }])));
      assert.equal(error.code, "payload_too_large");
    });

    test("a message is taken only when the handler asks for it; one that is not wanted is never taken", async () => {
      let taken = 0;
      let isClosed = false;
      async function* many() {
        try {
          for (; ; taken++) yield { beats: "1" };
        } finally {
          isClosed = true;
        }
      }
      const { engine } = setUp({
        gather: async ({ input }) => {
          const iterator = input[Symbol.asyncIterator]();
          await iterator.next();
          await iterator.next();
          return { total: 2n, count: taken };
        },
      });
      assert.deepEqual(ok(await engine.execute({ ...callOf("gather", []), messages: many() })), {
        total: "2",
        count: 1,
      });
      await until("the source is closed", () => isClosed);
      assert.equal(taken, 1);
    });

    test("the deadline ends a client stream whose caller sends nothing more", async () => {
      const { engine, accounts } = setUp({ gather: add });
      const messages = silent();
      const outcome = await engine.execute({ ...callOf("gather", []), messages });
      assert.equal(refused(outcome).code, "deadline_exceeded");
      assert.deepEqual(accounts, ["deadline_exceeded"]);
      assert.equal(engine.active, 0);
    });

    test("a caller who goes ends a client stream; its handler is told and nothing is stored", async () => {
      const gone = new AbortController();
      const told = Promise.withResolvers<unknown>();
      const { engine, accounts } = setUp({
        gather: async ({ input, db, signal }) => {
          await db.insert(Room, { name: "Gone", guest: "bob" });
          try {
            for await (const _ of input) gone.abort();
          } catch (error) {
            told.resolve([signal.aborted, error]);
            throw error;
          }
          return { total: 0n, count: 0 };
        },
      });
      const call = { ...callOf("gather", []), messages: silent({ beats: "1" }), signal: gone.signal };
      assert.equal(refused(await engine.execute(call)).code, "cancelled");
      const [aborted, error] = (await told.promise) as [boolean, { code: string }];
      assert.deepEqual([aborted, error.code], [true, "cancelled"]);
      assert.deepEqual(accounts, ["cancelled"]);
      assert.equal((await names()).includes("Gone"), false);
    });

    test("a channel answers each message while it is open, about its row", async () => {
      const { engine, accounts } = setUp({ talk: echo });
      const sent = pushable();
      const answers = engine.stream({ ...callOf("talk", []), id: room, messages: sent.messages, ...AS_ANN });
      const iterator = answers[Symbol.asyncIterator]();
      sent.push({ text: "hi" });
      assert.deepEqual(await iterator.next(), { done: false, value: { echo: "Blue: hi" } });
      sent.push({ text: "ho" });
      assert.deepEqual(await iterator.next(), { done: false, value: { echo: "Blue: ho" } });
      sent.end();
      assert.equal((await iterator.next()).done, true);
      assert.deepEqual(accounts, ["ok"]);
      assert.equal(engine.active, 0);
    });

    test("a channel is closed to those who may not read its row, and to rows that are not there", async () => {
      const { engine } = setUp({ talk: echo });
      const ask = (id: string, more: object) =>
        collect(engine.stream({ ...callOf("talk", [{ text: "a" }]), id, ...more }));
      await assert.rejects(ask(room, {}), { code: "unauthenticated" });
      await assert.rejects(ask(room, AS_BOB), { code: "forbidden" });
      await assert.rejects(ask("room_01kc0000000000000000000000", AS_ANN), { code: "not_found" });
      await assert.rejects(ask("", AS_ANN), { code: "not_found" });
    });

    test("a wrong message ends a channel by an error, after the answers to those before", async () => {
      const { engine } = setUp({ talk: echo });
      const call = { ...callOf("talk", [{ text: "a" }, { text: "too long" }]), id: room, ...AS_ANN };
      const seen: unknown[] = [];
      await assert.rejects(
        async () => {
          for await (const value of engine.stream(call)) seen.push(value);
        },
        (error: { violations: readonly { pointer: string }[] }) => error.violations[0]?.pointer === "/1/text",
      );
      assert.deepEqual(seen, [{ echo: "Blue: a" }]);
    });

    test("a channel cannot write: its statements have no transaction that would hold them together", async () => {
      const { engine, accounts } = setUp({
        talk: async function* ({ db }) {
          await db.insert(Room, { name: "Written", guest: "ann" });
          yield { echo: "" };
        },
      });
      await assert.rejects(collect(engine.stream({ ...callOf("talk", []), id: room, ...AS_ANN })), {
        code: "internal",
      });
      assert.deepEqual(accounts, ["internal"]);
    });

    test("who leaves a channel ends its handler, even one that waits for a message", async () => {
      const ended = Promise.withResolvers<void>();
      const { engine, accounts } = setUp({
        talk: async function* ({ input }) {
          try {
            yield { echo: "first" };
            for await (const { text } of input) yield { echo: text };
          } finally {
            ended.resolve();
          }
        },
      });
      const leaving = engine.stream({ ...callOf("talk", []), id: room, messages: silent(), ...AS_ANN });
      for await (const _ of leaving) break;
      await ended.promise;
      assert.deepEqual(accounts, ["ok"]);
      assert.equal(engine.active, 0);
    });

    test("the deadline ends a channel", async () => {
      const { engine, accounts } = setUp({ talk: echo });
      const call = { ...callOf("brief", []), id: room, messages: silent({ text: "a" }), ...AS_ANN };
      await assert.rejects(collect(engine.stream(call)), { code: "deadline_exceeded" });
      assert.deepEqual(accounts, ["deadline_exceeded"]);
    });

    test("a channel of 50,000 messages keeps nothing of those that are done", async () => {
      const { engine } = setUp({ talk: echo });
      async function* many() {
        for (let n = 0; n < 50_000; n++) yield { text: "a" };
      }
      let used = 0;
      let count = 0;
      for await (const _ of engine.stream({ ...callOf("talk", []), id: room, messages: many(), ...AS_ANN })) {
        count++;
        if (count === 10_000) used = heapUsed();
      }
      assert.equal(count, 50_000);
      const grown = heapUsed() - used;
      // A reaction kept of each message would be more than 100 bytes each.
      assert.ok(grown < 2_000_000, `the heap grew by ${grown} bytes`);
    });

    test("an operation called in the wrong way says how it is called", async () => {
      const { engine } = setUp({});
      const meta = { protocol: "test", requestId: "r" };
      const alone = refused(await engine.execute({ operation: "gather", input: {}, meta }));
      assert.match(alone.message, /takes a stream of messages/);
      assert.equal(refused(await engine.execute(callOf("talk", []))).code, "not_implemented");
      await assert.rejects(collect(engine.stream(callOf("gather", []))), { code: "not_implemented" });
    });

    function setUp(handlers: { gather?: Gather; talk?: Talk }) {
      const accounts: string[] = [];
      const engine: Engine = createEngine({
        model,
        store,
        authenticator: {
          authenticate: ({ key }) => ({ id: key, roles: ["guest"], credentialId: key, live: true }),
        },
        handlers: [
          handle(gather, handlers.gather ?? add),
          handle(talk, handlers.talk ?? echo),
          handle(brief, handlers.talk ?? echo),
        ],
        onAccount: ({ code }: Account) => accounts.push(code),
      });
      return { engine, accounts };
    }
  });
}

const AS_ANN = { credentials: { kind: "api-key", key: "ann" } } as const;
const AS_BOB = { credentials: { kind: "api-key", key: "bob" } } as const;

function callOf(operation: string, messages: readonly unknown[]): Call {
  async function* send() {
    yield* messages;
  }
  return { operation, messages: send(), meta: { protocol: "test", requestId: "r1" } };
}

/** Sends these messages and then nothing, for ever. */
async function* silent(...messages: unknown[]): AsyncGenerator<unknown> {
  yield* messages;
  await new Promise(() => {});
}

function pushable() {
  const waiting: unknown[] = [];
  let wake = () => {};
  let isOver = false;
  async function* messages() {
    while (true) {
      while (waiting.length > 0) yield waiting.shift();
      if (isOver) return;
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  }
  return {
    messages: messages(),
    push(message: unknown) {
      waiting.push(message);
      wake();
    },
    end() {
      isOver = true;
      wake();
    },
  };
}

function ok(outcome: Outcome): unknown {
  assert.ok(outcome.ok, outcome.ok ? "" : outcome.error.message);
  return outcome.value;
}

function refused(outcome: Outcome) {
  assert.ok(!outcome.ok);
  return outcome.error;
}

async function collect(values: AsyncIterable<unknown>): Promise<unknown[]> {
  const all: unknown[] = [];
  for await (const value of values) all.push(value);
  return all;
}

function heapUsed(): number {
  setFlagsFromString("--expose-gc");
  runInNewContext("gc")();
  return process.memoryUsage().heapUsed;
}
