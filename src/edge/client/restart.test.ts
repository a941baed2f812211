import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { type RunningService, startService } from "concordat/server";
import { api, handle, resource, service, signedIn, t } from "../../index.ts";
import { issueApiKey } from "../../runtime/auth/index.ts";
import { createClient, newIdempotencyKey } from "./index.ts";

const Order = resource(
  "order",
  { id: t.id("ord"), item: t.string(), number: t.int64().readOnly() },
  { access: { read: [signedIn], create: [signedIn] } },
);
const place = Order.create({ idempotency: "required", deadlineMs: 60_000 });
const orders = api("orders", { versions: { v1: "2026-01-01" }, resources: [Order], operations: [place] });
let handled = 0;
const shop = service(orders, [
  handle(place, ({ input, db }) => {
    handled++;
    return db.insert(Order, { ...input, number: 2n ** 60n });
  }),
]);

test("a command sent again after service and client have started anew is done once", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "concordat-restart-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const logger = { info: () => {}, warn: () => {}, error: () => {} };
  const start = () => startService(shop, { mode: "dev", dataDir: join(folder, "data"), logger });

  let running: RunningService = await start();
  t.after(() => running.close());
  const holder = { name: "desk", principal: "usr_1", roles: [] };
  const { key: apiKey } = await issueApiKey({ keys: running.store.apiKeys }, holder);
  const idempotencyKey = newIdempotencyKey();

  // The answer is lost: the connection of the first client breaks once the service has committed.
  const losing = createClient(orders, {
    url: running.url,
    apiKey,
    maxAttempts: 1,
    fetch: async (url, request) => {
      await (await fetch(url, request)).text();
      throw new TypeError("fetch failed");
    },
  });
  await assert.rejects(losing.order.create({ item: "tea" }, { idempotencyKey }), {
    reason: "connection",
    idempotencyKey,
  });
  await running.close();
  running = await start();

  let replayed: boolean | undefined;
  const client = createClient(orders, {
    url: running.url,
    apiKey,
    observer: (event) => {
      if (event.kind === "answer") replayed = event.replayed;
    },
  });
  const order = await client.order.create({ item: "tea" }, { idempotencyKey });
  assert.deepEqual([order.number, replayed, handled], [2n ** 60n, true, 1]);
  assert.equal((await client.order.list().page()).data.length, 1);
});

test("a call outlives a restart of the service: its tries go on until that is back", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "concordat-restart-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const logger = { info: () => {}, warn: () => {}, error: () => {} };
  const start = () => startService(shop, { mode: "dev", dataDir: join(folder, "data"), logger });
  let running: RunningService | undefined = await start();
  t.after(() => running?.close());
  const { key: apiKey } = await issueApiKey(
    { keys: running.store.apiKeys },
    { name: "desk", principal: "usr_1", roles: [] },
  );
  await running.close();
  running = undefined;

  let tries = 0;
  const client = createClient(orders, {
    url: "http://service.test",
    apiKey,
    random: () => 0,
    timeoutMs: 120_000,
    // The name always leads to the process that runs now: none at first.
    fetch: async (url, request) => {
      tries++;
      if (tries === 2) running = await start();
      if (running === undefined) {
        const refused = Object.assign(new Error("connect"), { code: "ECONNREFUSED" });
        throw new TypeError("fetch failed", { cause: refused });
      }
      return fetch(url.replace("http://service.test", running.url), request);
    },
  });
  const order = await client.order.create({ item: "coffee" });
  assert.deepEqual([order.item, tries], ["coffee", 2]);
});
