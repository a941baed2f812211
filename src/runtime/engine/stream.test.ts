import assert from "node:assert/strict";
import { test } from "node:test";
import { ApiError, anyone, api, compile, handle, stream, t } from "concordat";
import { MemoryStore } from "../../../test/support/memory-store.ts";
import type { Call } from "./call.ts";
import { createEngine } from "./engine.ts";
import type { Account } from "./options.ts";

const input = t.object({ from: t.int32({ minimum: 0 }) });
const output = t.object({ n: t.int64() });
const count = stream("count", { input, output, access: [anyone], deadlineMs: 80 });
const slowly = stream("slowly", { input, output, access: [anyone] });
const secret = stream("secret", { input, output });
const model = compile(
  api("streams", { versions: { v1: "2026-01-01" }, resources: [], operations: [count, slowly, secret] }),
);

test("values come in wire form, one after the other, until the handler ends", async () => {
  const { engine, accounts } = setUp(async function* ({ from }) {
    for (let n = from; n < from + 3; n++) yield { n: BigInt(n) };
  });
  assert.deepEqual(await collect(engine.stream(callOf("count", { from: 2 }))), [
    { n: "2" },
    { n: "3" },
    { n: "4" },
  ]);
  assert.deepEqual(accounts, ["ok"]);
  assert.equal(engine.active, 0);
});

test("input is validated and the caller authorised before the handler runs", async () => {
  let ran = false;
  const { engine } = setUp(async function* () {
    ran = true;
    yield { n: 1n };
  });
  await assert.rejects(collect(engine.stream(callOf("count", { from: -1 }))), { code: "invalid_input" });
  await assert.rejects(collect(engine.stream(callOf("secret", { from: 1 }))), { code: "unauthenticated" });
  assert.equal(ran, false);
  const answer = await engine.execute(callOf("count", { from: 1 }));
  assert.ok(!answer.ok && answer.error.code === "not_implemented");
});

test("the deadline ends a stream whose handler is stuck", async () => {
  const { engine, accounts } = setUp(async function* () {
    yield { n: 1n };
    await new Promise(() => {});
  });
  const seen: unknown[] = [];
  await assert.rejects(
    async () => {
      for await (const value of engine.stream(callOf("count", { from: 0 }))) seen.push(value);
    },
    { code: "deadline_exceeded" },
  );
  assert.deepEqual(seen, [{ n: "1" }]);
  assert.deepEqual(accounts, ["deadline_exceeded"]);
});

test("a stream may take its time between values, as long as its deadline is not over", async () => {
  const { engine } = setUp(async function* () {
    yield { n: 1n };
    await new Promise((resolve) => setTimeout(resolve, 50));
    yield { n: 2n };
  });
  assert.deepEqual(await collect(engine.stream(callOf("slowly", { from: 0 }))), [{ n: "1" }, { n: "2" }]);
});

test("a consumer that leaves early ends the handler, and the call is accounted for", async () => {
  const ended = Promise.withResolvers<void>();
  const { engine, accounts } = setUp(async function* () {
    try {
      for (let n = 0n; ; n++) yield { n };
    } finally {
      ended.resolve();
    }
  });
  for await (const _ of engine.stream(callOf("count", { from: 0 }))) break;
  await ended.promise;
  assert.deepEqual(accounts, ["ok"]);
  assert.equal(engine.active, 0);
});

test("what the handler throws leaves as an ApiError; what is unknown is masked", async () => {
  const known = setUp(async function* () {
    yield { n: 1n };
    throw new ApiError("conflict", "Changed.");
  });
  await assert.rejects(collect(known.engine.stream(callOf("count", { from: 0 }))), { code: "conflict" });
  const unknown = setUp(async function* () {
    yield { n: 1n };
    throw new TypeError("secret");
  });
  await assert.rejects(collect(unknown.engine.stream(callOf("count", { from: 0 }))), (error: ApiError) => {
    assert.equal(error.code, "internal");
    assert.doesNotMatch(error.message, /secret/);
    return true;
  });
  assert.deepEqual(unknown.accounts, ["internal"]);
});

function setUp(run: (input: { from: number }) => AsyncGenerator<{ n: bigint }>) {
  const accounts: string[] = [];
  const engine = createEngine({
    model,
    store: new MemoryStore(),
    handlers: [
      handle(count, (context) => run(context.input)),
      handle(secret, (context) => run(context.input)),
      handle(slowly, () => run({ from: 0 })),
    ],
    onAccount: ({ code }: Account) => accounts.push(code),
  });
  return { engine, accounts };
}

function callOf(operation: string, given: unknown): Call {
  return { operation, input: given, meta: { protocol: "test", requestId: "r1" } };
}

async function collect(values: AsyncIterable<unknown>): Promise<unknown[]> {
  const all: unknown[] = [];
  for await (const value of values) all.push(value);
  return all;
}
