import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import type { RpcContext, RpcMethod } from "../method.ts";
import { createHealth } from "./health.ts";

const SERVICE = "clinic.v2.SlotService";

function setUp() {
  const state = { isReady: true, looks: 0 };
  const health = createHealth({
    ready: async () => {
      state.looks++;
      if (!state.isReady) throw new Error("no database");
    },
    services: () => [SERVICE],
  });
  const method = (name: string): RpcMethod => {
    const found = health.methods.get(`/grpc.health.v1.Health/${name}`);
    assert.ok(found);
    return found;
  };
  const context = (signal: AbortSignal = new AbortController().signal) => ({ signal }) as RpcContext;
  const check = async (service: string) =>
    (await method("Check").unary?.({ service }, context()))?.message as { status: string };
  const watch = (service: string, signal?: AbortSignal) => {
    async function* requests() {
      yield { service };
    }
    return method("Watch").stream!(requests(), context(signal))[Symbol.asyncIterator]();
  };
  return { state, health, check, watch, list: () => method("List").unary?.({}, context()) };
}

test("a service is serving when the server is ready; the empty name stands for all", async () => {
  const { state, check, list } = setUp();
  assert.deepEqual(await check(""), { status: "SERVING" });
  assert.deepEqual(await check(SERVICE), { status: "SERVING" });
  assert.deepEqual((await list())?.message, {
    statuses: { "": { status: "SERVING" }, [SERVICE]: { status: "SERVING" } },
  });
  await assert.rejects(check("clinic.v2.Nothing"), { status: "NOT_FOUND" });
  assert.equal(state.looks, 1, "many questions cost one look");
});

test("who watches is told now, of every change, and of the end", async () => {
  const { state, health, watch } = setUp();
  const watching = watch(SERVICE);
  assert.deepEqual((await watching.next()).value, { status: "SERVING" });
  state.isReady = false;
  assert.deepEqual((await watching.next()).value, { status: "NOT_SERVING" });
  state.isReady = true;
  assert.deepEqual((await watching.next()).value, { status: "SERVING" });
  const last = watching.next();
  health.drain();
  assert.deepEqual((await last).value, { status: "NOT_SERVING" });
  await assert.rejects(watching.next(), { status: "UNAVAILABLE" });
});

test("a service that is not there is unknown to who watches it, and the stream stays open", async () => {
  const { watch } = setUp();
  const gone = new AbortController();
  const watching = watch("clinic.v2.Nothing", gone.signal);
  assert.deepEqual((await watching.next()).value, { status: "SERVICE_UNKNOWN" });
  const next = watching.next();
  assert.equal(await Promise.race([next, wait(1500, "open")]), "open");
  gone.abort();
  assert.equal((await next).done, true);
});

test("a server that drains before anybody asks is not serving", async () => {
  const { health, check } = setUp();
  health.drain();
  assert.deepEqual(await check(""), { status: "NOT_SERVING" });
});
