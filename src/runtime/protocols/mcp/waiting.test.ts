import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import { Client, StreamableHTTPClientTransport } from "../../../../test/support/mcp-client.ts";
import { until } from "../../../../test/support/until.ts";
import { anyone, api, command, handle, query, service, signedIn, t } from "../../../index.ts";
import { issueApiKey } from "../../auth/index.ts";
import { type RunningService, startService } from "../../server/index.ts";

const wait = query("wait", { access: [anyone], output: t.object({ done: t.bool() }), deadlineMs: 60_000 });
const climb = command("climb", {
  access: [signedIn],
  longRunning: true,
  input: t.object({ fails: t.bool().default(false) }),
  output: t.object({ height: t.int32() }),
});

/** What the handlers of the calls under way were told. */
const calls: { ended: "done" | "aborted" | undefined; finish: () => void }[] = [];

const climber = service(
  api("climber", { versions: { v1: "2026-01-01" }, resources: [], operations: [wait, climb] }),
  [
    handle(wait, async ({ signal }) => {
      const call: (typeof calls)[number] = { ended: undefined, finish: () => {} };
      calls.push(call);
      await new Promise<void>((resolve) => {
        call.finish = () => {
          call.ended ??= "done";
          resolve();
        };
        signal.addEventListener("abort", () => {
          call.ended ??= "aborted";
          resolve();
        });
      });
      return { done: true };
    }),
    handle(climb, async ({ input, progress }) => {
      for (const done of [1, 2, 3]) {
        progress({ done, total: 3, message: `camp ${done}` });
        await new Promise((resolve) => setTimeout(resolve, 900));
      }
      if (input.fails) throw new RangeError("fell");
      return { height: 8848 };
    }),
  ],
);

describe("calls that wait", () => {
  let running: RunningService;
  let key: string;
  const clients: InstanceType<typeof Client>[] = [];
  const logged: string[] = [];

  before(async () => {
    const keep = (_fields: object, message: string) => void logged.push(message);
    running = await startService(climber, {
      mode: "dev",
      dataDir: "memory",
      operations: { pollMs: 50, retryMs: 20 },
      logger: { info: keep, warn: keep, error: keep },
    });
    const clock = { now: Date.now };
    key = (
      await issueApiKey({ keys: running.store.apiKeys, clock }, { name: "k", principal: "p1", roles: [] })
    ).key;
  });
  after(async () => {
    for (const client of clients) await client.close();
    await running.close();
  });
  beforeEach(() => {
    calls.length = 0;
  });

  const connect = async (era: "modern" | "legacy", headers: Record<string, string> = {}) => {
    const mode = era === "modern" ? ({ pin: "2026-07-28" } as const) : "legacy";
    const client = new Client({ name: "t", version: "1" }, { versionNegotiation: { mode } });
    const transport = new StreamableHTTPClientTransport(new URL(`${running.url}/mcp`), {
      requestInit: { headers: { authorization: `Bearer ${key}`, ...headers } },
    });
    await client.connect(transport);
    clients.push(client);
    return client;
  };

  for (const era of ["modern", "legacy"] as const) {
    test(`a call that its caller gives up is told to its handler, ${era}`, async () => {
      const client = await connect(era);
      const giveUp = new AbortController();
      const call = client.callTool({ name: "wait", arguments: {} }, { signal: giveUp.signal });
      await until("the handler runs", () => calls.length === 1);
      giveUp.abort();
      await assert.rejects(call);
      await until("the handler is told", () => calls[0]?.ended === "aborted");
    });
  }

  const raw = (body: object, headers: Record<string, string> = {}) =>
    fetch(`${running.url}/mcp`, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        accept: "application/json, text/event-stream",
        "mcp-protocol-version": "2025-11-25",
        ...headers,
      },
      body: JSON.stringify({ jsonrpc: "2.0", ...body }),
    });
  const callWait = (id: unknown, headers?: Record<string, string>) =>
    raw({ id, method: "tools/call", params: { name: "wait", arguments: {} } }, headers);
  const cancel = (requestId: unknown, headers?: Record<string, string>) =>
    raw({ method: "notifications/cancelled", params: { requestId } }, headers);

  test("a cancellation by somebody else, of another id, or of one of two is not believed", async () => {
    const mine = { authorization: `Bearer ${key}` };
    const answered = callWait(7, mine);
    await until("it runs", () => calls.length === 1);
    for (const [id, headers] of [
      [7, {}],
      ["7", mine],
      [8, mine],
      [null, mine],
    ] as const) {
      assert.equal((await cancel(id, headers)).status, 202);
    }
    assert.equal(calls[0]?.ended, undefined);
    const second = callWait(7, mine);
    await until("both run", () => calls.length === 2);
    assert.equal((await cancel(7, mine)).status, 202);
    assert.deepEqual(
      calls.map(({ ended }) => ended),
      [undefined, undefined],
      "which one is meant nobody knows",
    );
    for (const call of calls) call.finish();
    assert.equal((await answered).status, 200);
    assert.equal((await second).status, 200);
    // Both have left: the next one with this id is known again.
    const third = callWait(7, mine);
    await until("the third runs", () => calls.length === 3);
    await cancel(7, mine);
    await until("it is told", () => calls[2]?.ended === "aborted");
    await third;
  });

  test("a connection that breaks ends its call", async () => {
    const giveUp = new AbortController();
    const call = fetch(`${running.url}/mcp`, {
      method: "POST",
      signal: giveUp.signal,
      headers: { "content-type": "application/json", "mcp-protocol-version": "2025-06-18" },
      body: JSON.stringify({ jsonrpc: "2.0", id: 1, method: "tools/call", params: { name: "wait" } }),
    });
    await until("it runs", () => calls.length === 1);
    giveUp.abort();
    await assert.rejects(call);
    await until("it is told", () => calls[0]?.ended === "aborted");
  });

  test("a caller's own deadline ends the call with an error that says so", async () => {
    const client = await connect("modern");
    const late = await client.callTool({
      name: "wait",
      arguments: {},
      _meta: { "concordat/timeoutMs": 100 },
    });
    assert.equal(late.isError, true);
    const error: any = late._meta?.["concordat/error"];
    assert.equal(error.code, "deadline_exceeded");
    assert.equal(error.status, 504);
    for (const wrong of [0, -1, "soon", 1e9]) {
      await assert.rejects(
        client.callTool({ name: "wait", arguments: {}, _meta: { "concordat/timeoutMs": wrong } }),
      );
    }
  });

  for (const era of ["modern", "legacy"] as const) {
    test(`progress is told as it is made, and the result comes last, ${era}`, async () => {
      const client = await connect(era);
      const told: { progress: number; total?: number | undefined; message?: string | undefined }[] = [];
      const result = await client.callTool(
        { name: "climb", arguments: {} },
        { onprogress: (progress) => void told.push(progress) },
      );
      assert.deepEqual(result.structuredContent, { height: 8848 });
      assert.ok(told.length >= 2, JSON.stringify(told));
      assert.ok(told.every(({ progress }, at) => at === 0 || progress > (told[at - 1]?.progress ?? 0)));
      const last = told.at(-1);
      assert.deepEqual(
        { ...last },
        { progress: last?.progress, total: 3, message: `camp ${last?.progress}` },
      );
    });
  }

  test("a long-running call that fails is an error with its code, masked", async () => {
    const client = await connect("modern");
    const result = await client.callTool(
      { name: "climb", arguments: { fails: true } },
      { onprogress: () => {} },
    );
    assert.equal(result.isError, true, JSON.stringify(result));
    const error: any = result._meta?.["concordat/error"];
    assert.equal(error.code, "internal");
    assert.ok(!JSON.stringify(result).includes("fell"));
  });

  test("a follower that goes away leaves the work to go on", async () => {
    const client = await connect("modern");
    const giveUp = new AbortController();
    const told: number[] = [];
    const call = client.callTool(
      { name: "climb", arguments: {} },
      { signal: giveUp.signal, onprogress: ({ progress }) => void told.push(progress) },
    );
    await until("it climbs", () => told.length > 0);
    giveUp.abort();
    await assert.rejects(call);
    const succeeded = async () => {
      const { structuredContent } = await client.callTool({
        name: "operation_list",
        arguments: { filter: { status: { in: ["running"] } } },
      });
      return (structuredContent as { data: unknown[] }).data.length === 0;
    };
    await until("it is done", succeeded);
  });

  test("a server that closes lets its followers go with the operation, and finishes calls", async () => {
    const closing = await startService(climber, {
      mode: "dev",
      dataDir: "memory",
      logger: { info: () => {}, warn: () => {}, error: () => {} },
    });
    const made = await issueApiKey(
      { keys: closing.store.apiKeys, clock: { now: Date.now } },
      { name: "k", principal: "p1", roles: [] },
    );
    const client = new Client(
      { name: "t", version: "1" },
      { versionNegotiation: { mode: { pin: "2026-07-28" } } },
    );
    await client.connect(
      new StreamableHTTPClientTransport(new URL(`${closing.url}/mcp`), {
        requestInit: { headers: { authorization: `Bearer ${made.key}` } },
      }),
    );
    let isTold = false;
    const followed = client.callTool(
      { name: "climb", arguments: {} },
      {
        onprogress: () => {
          isTold = true;
        },
      },
    );
    const waited = client.callTool({ name: "wait", arguments: {} });
    await until("both run", () => isTold && calls.length === 1);
    const closed = closing.close({ deadlineMs: 20_000 });
    const result = await followed;
    assert.equal(result._meta?.["concordat/kind"], "accepted");
    assert.match(String((result.structuredContent as { id?: string }).id), /^op_/);
    calls[0]?.finish();
    assert.deepEqual((await waited).structuredContent, { done: true });
    await client.close();
    await closed;
  });
});
