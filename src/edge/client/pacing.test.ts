import assert from "node:assert/strict";
import { test } from "node:test";
import { createFakeScheduler } from "../../../test/support/fake-scheduler.ts";
import { api, query, t } from "../../index.ts";
import { CallError, type ClientEvent, createClient, type FetchRequest } from "./index.ts";

const ping = query("ping", { output: t.object({ at: t.timestamp() }) });
const slow = query("slow", { output: t.object({ at: t.timestamp() }), deadlineMs: 60_000 });
const echo = api("echo", { versions: { v1: "2026-01-01" }, resources: [], operations: [ping, slow] });

const TEXT = new TextEncoder().encode('{"at":"2026-01-01T00:00:00Z"}');

/** A client of a service that takes no time, on a clock that stands still. */
function setUp(respond: (request: FetchRequest, sent: number) => Record<string, string> | Promise<never>) {
  const scheduler = createFakeScheduler();
  const sentAt: number[] = [];
  const events: ClientEvent[] = [];
  const client = createClient(echo, {
    url: "http://service.test",
    scheduler,
    random: () => 0,
    observer: (event) => events.push(event),
    fetch: async (_url, request) => {
      sentAt.push(scheduler.now());
      const headers: Record<string, string> = {
        "content-type": "application/json",
        ...(await respond(request, sentAt.length)),
      };
      const parts = [TEXT];
      const read = async () => ({ done: parts.length === 0, value: parts.pop() });
      return {
        status: 200,
        headers: { get: (name) => headers[name] ?? null },
        body: { getReader: () => ({ read, cancel: async () => undefined }) },
      };
    },
  });
  return { client, scheduler, sentAt, events };
}

test("it waits where nothing is left of the rate limit, and spends no more than is", async () => {
  const { client, scheduler, sentAt, events } = setUp((_, sent) => ({
    ratelimit: `"burst";r=${Math.max(3 - sent, 0)};t=10`,
  }));
  await client.ping();
  const rest = [client.ping(), client.ping(), client.ping()];
  await scheduler.advance(20_000);
  await Promise.all(rest);
  assert.deepEqual(sentAt, [0, 0, 0, 10_000]);
  assert.deepEqual(
    events.filter(({ kind }) => kind === "paced"),
    [{ kind: "paced", operation: "ping", delayMs: 10_000 }],
  );
  assert.equal(scheduler.pending, 0);
});

test("where the wait would take longer than the call may, nothing is sent", async () => {
  const { client, scheduler, sentAt } = setUp(() => ({
    "ratelimit-remaining": "0",
    "ratelimit-reset": "60",
  }));
  await client.ping();
  const call = client.ping().catch((error: unknown) => error);
  await scheduler.advance(1000);
  const error = await call;
  assert.ok(error instanceof CallError && error.code === "rate_limited" && error.reason === "deadline");
  assert.equal(sentAt.length, 1);
  assert.equal(scheduler.pending, 0);
});

test("a try ends a second after the deadline that the contract gives the operation, and another follows", async () => {
  const { client, scheduler, sentAt } = setUp((_, sent) =>
    sent === 1 ? new Promise<never>(() => undefined) : {},
  );
  const call = client.ping();
  await scheduler.advance(60_000);
  assert.deepEqual(await call, { at: "2026-01-01T00:00:00Z" });
  assert.deepEqual(sentAt, [0, 11_000]);
});

test("an operation that may take long is given its time", async () => {
  const timeouts: unknown[] = [];
  const { client, scheduler } = setUp((request) => {
    timeouts.push(request.headers["X-Request-Timeout-Ms"]);
    return {};
  });
  await client.slow();
  await client.ping({ timeoutMs: 500 });
  await client.ping();
  assert.deepEqual(timeouts, ["60000", "450", "10000"]);
  assert.equal(scheduler.pending, 0);
});
