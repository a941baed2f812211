import assert from "node:assert/strict";
import { test } from "node:test";
import { createFakeScheduler } from "../../../test/support/fake-scheduler.ts";
import { api, command, error, t } from "../../index.ts";
import { CallError, createClient, isError, resumeOperation, startOperation } from "./index.ts";

const full = error("disk_full", { status: 409, data: t.object({ needed: t.int64() }) });
const pack = command("pack", {
  input: t.object({ files: t.int32() }),
  output: t.object({ bytes: t.int64() }),
  errors: [full],
  longRunning: true,
});
const packer = api("packer", { versions: { v1: "2026-01-01" }, resources: [], operations: [pack] });

const ID = "op_00000000000000000000000000";
const row = (values: object) => ({ id: ID, name: "pack", status: "running", done: false, ...values });

/** A client of a service whose operation goes through these states, a question each, on a clock that stands still. */
function setUp(...states: readonly object[]) {
  const scheduler = createFakeScheduler();
  const asked: [method: string, path: string, at: number][] = [];
  let at = 0;
  const client = createClient(packer, {
    url: "http://service.test",
    scheduler,
    random: () => 0,
    fetch: async (url, { method }) => {
      asked.push([method, new URL(url).pathname, scheduler.now()]);
      const begun = method === "POST" && url.endsWith("/pack");
      const body = JSON.stringify(row(begun ? {} : (states[Math.min(at++, states.length - 1)] ?? {})));
      const parts = [new TextEncoder().encode(body)];
      return {
        status: begun ? 202 : 200,
        headers: { get: (name) => (name === "content-type" ? "application/json" : null) },
        body: {
          getReader: () => ({
            read: async () => ({ done: parts.length === 0, value: parts.pop() }),
            cancel: async () => undefined,
          }),
        },
      };
    },
  });
  return { client, scheduler, asked };
}

const DONE = { status: "succeeded", done: true, result: { bytes: "9007199254740993" } };

test("its method waits, asking less and less often, and gives the result in program form", async () => {
  const { client, scheduler, asked } = setUp({}, {}, {}, DONE);
  const call = client.pack({ files: 3 });
  await scheduler.advance(60_000);
  assert.deepEqual(await call, { bytes: 9007199254740993n });
  assert.deepEqual(asked, [
    ["POST", "/v1/pack", 0],
    ["GET", `/v1/operations/${ID}`, 0],
    ["GET", `/v1/operations/${ID}`, 250],
    ["GET", `/v1/operations/${ID}`, 750],
    ["GET", `/v1/operations/${ID}`, 1750],
  ]);
  assert.equal(scheduler.pending, 0);
});

test("its error is the command's own, data and all; cancelled work says so", async () => {
  const problem = {
    code: "disk_full",
    status: 409,
    title: "Disk full",
    detail: "No room.",
    requestId: "r1",
    type: "/x",
  };
  const failed = setUp({ status: "failed", done: true, error: { ...problem, data: { needed: "7" } } });
  const thrown = await failed.client.pack({ files: 1 }).catch((reason: unknown) => reason);
  assert.ok(thrown instanceof CallError && isError(full, thrown));
  assert.equal(thrown.data.needed, 7n);
  const { operation, requestId, message } = thrown;
  assert.deepEqual([operation, requestId, message], ["pack", "r1", "No room."]);
  const cancelled = setUp({ status: "cancelled", done: true });
  await assert.rejects(cancelled.client.pack({ files: 1 }), { code: "cancelled", reason: "answer" });
  const odd = setUp({ ...DONE, result: { bytes: "many" } });
  await assert.rejects(odd.client.pack({ files: 1 }), { reason: "bad-answer" });
});

test("who stops waiting stops asking, and the work goes on", async () => {
  const late = setUp({});
  const running = await startOperation(late.client, pack, { files: 1 });
  const waiting = running.wait({ timeoutMs: 1000 }).catch((reason: unknown) => reason);
  await late.scheduler.advance(10_000);
  const thrown = await waiting;
  assert.ok(
    thrown instanceof CallError && thrown.reason === "deadline" && thrown.code === "deadline_exceeded",
  );
  assert.ok(
    late.asked.every(([method, path]) => method === "GET" || path === "/v1/pack"),
    "nothing was cancelled",
  );
  assert.equal(late.scheduler.pending, 0);

  const controller = new AbortController();
  const off = resumeOperation(late.client, pack, ID).wait({ signal: controller.signal });
  const outcome = off.catch((reason: unknown) => reason);
  await late.scheduler.advance(100);
  controller.abort("gone");
  assert.equal(await outcome, "gone");
  assert.equal(late.scheduler.pending, 0);
});
