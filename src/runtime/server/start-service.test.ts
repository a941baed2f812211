import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer as createNetServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { http1, http2 } from "../../../test/support/http-clients.ts";
import { ApiError } from "../../base/errors/index.ts";
import { anyone, api, handle, query, resource, role, service, t, UsageError } from "../../index.ts";
import { issueApiKey } from "../auth/index.ts";
import { createLogger, type RunningService, type StartOptions, startService } from "./index.ts";

const Note = resource(
  "note",
  { id: t.id("not"), text: t.string(), place: t.int64().optional() },
  {
    access: { read: [anyone], write: [role("writer")] },
  },
);
const [begun, released] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
const slow = query("slow", { output: t.object({ done: t.bool() }), access: [anyone] });
const notes = service(
  api("notes", { versions: { v1: "2026-01-01" }, resources: [Note], operations: [slow] }),
  [
    handle(slow, async () => {
      begun.resolve();
      await released.promise;
      return { done: true };
    }),
  ],
);

const folder = mkdtempSync(join(tmpdir(), "start-"));
after(() => rmSync(folder, { recursive: true }));
const lines: string[] = [];
const logger = createLogger("info", { write: (line) => void lines.push(line) });
const start = (options: StartOptions = {}): Promise<RunningService> =>
  startService(notes, { dataDir: join(folder, "data"), mode: "dev", logger, ...options });

describe("a service", { concurrency: false }, () => {
  let etag = "";
  let cursor = "";
  let writer = "";

  test("is compiled, given its tables, prepared, and served on one port", async () => {
    let listening: boolean | undefined;
    const running = await start({
      prepare: async ({ apiKeys, clock, engine }) => {
        const holder = { name: "writer", principal: "usr_1", roles: ["writer"] };
        writer = (await issueApiKey({ keys: apiKeys, clock }, holder)).key;
        await engine.transaction(async (db) => {
          for (const text of ["one", "two", "three"]) await db.insert(Note, { text });
        });
        listening = lines.some((line) => line.includes('"listening"'));
      },
    });
    assert.equal(listening, false, "nothing listens while it is prepared");
    const page = await http1(`${running.url}/v1/notes?limit=2`);
    assert.equal(page.json().data.length, 2);
    cursor = page.json().page.nextCursor;
    const made = await http2(`${running.url}/v1/notes`, {
      method: "POST",
      headers: {
        authorization: `Bearer ${writer}`,
        "content-type": "application/json",
        "idempotency-key": "a",
      },
      body: '{"text":"four","place":"9007199254740993"}',
    });
    assert.equal(made.status, 201);
    assert.equal(made.json().place, "9007199254740993");
    const read = await http1(running.url + made.headers.location);
    etag = String(read.headers.etag);
    assert.equal(etag, made.headers.etag);
    assert.equal((await http1(`${running.url}/readyz`)).status, 200);
    assert.equal((await http1(`${running.url}/openapi.json`)).json().openapi, "3.1.1");
    assert.match(String((await http1(`${running.url}/docs`)).headers["content-type"]), /^text\/html/);
    const explained = await http1(`${running.url}/problems/not_found`, { headers: { accept: "text/html" } });
    assert.match(String(explained.headers["content-type"]), /^text\/html/);
    assert.equal((await http1(`${running.url}/problems/not_found`)).json().status, 404);
    assert.match((await http1(`${running.url}/metrics`)).text, /operation="note\.create",status="201"\} 1/);
    await running.close();
    assert.ok(lines.some((line) => JSON.parse(line).operation === "note.create"));
    assert.ok(!lines.join().includes(writer));
  });

  test("started again, its cursors, keys, rows and tags still hold; closing finishes what runs", async () => {
    const running = await start({ mode: "serve", docs: false, publicUrl: "https://api.example.com" });
    const next = await http1(`${running.url}/v1/notes?limit=2&cursor=${cursor}`);
    assert.equal(next.status, 200);
    assert.equal(next.json().data.length, 1);
    assert.equal((await http1(`${running.url}/v1/notes?limit=1`)).json().data[0].text, "four");
    const newest = (await http1(`${running.url}/v1/notes?limit=1`)).json().data[0].id;
    const again = await http1(`${running.url}/v1/notes/${newest}`, { headers: { "if-none-match": etag } });
    assert.equal(again.status, 304);
    const gone = await http1(`${running.url}/v1/notes/${newest}`, {
      method: "DELETE",
      headers: { "x-api-key": writer },
    });
    assert.equal(gone.status, 204);
    assert.equal((await http1(`${running.url}/docs`)).status, 404);
    assert.equal(
      (await http1(`${running.url}/openapi.json`)).json().servers[0].url,
      "https://api.example.com/v1",
    );
    const catalog = (await http1(`${running.url}/.well-known/api-catalog`)).json().linkset[0];
    assert.equal(catalog.anchor, "https://api.example.com/v1");
    const slowly = http1(`${running.url}/v1/slow`);
    await begun.promise;
    const closed = Promise.all([running.close(), running.close()]);
    released.resolve();
    await closed;
    assert.deepEqual((await slowly).json(), { done: true });
  });

  test("does not start on a port in use, with unknown options or on tables that do not fit, and leaves nothing open", async () => {
    const occupant = createNetServer();
    await new Promise<void>((resolve) => occupant.listen(0, "127.0.0.1", resolve));
    const address = occupant.address();
    const port = typeof address === "object" ? (address?.port ?? 0) : 0;
    await assert.rejects(start({ port }), (error: unknown) => {
      assert.ok(error instanceof UsageError);
      assert.match(error.message, new RegExp(`port ${port} .* a free port`));
      return true;
    });
    occupant.close();
    await assert.rejects(
      start({ prot: 1, port: 70_000, publicUrl: "api" } as StartOptions),
      /prot[\s\S]*port[\s\S]*publicUrl/,
    );
    await assert.rejects(
      start({ prepare: () => Promise.reject(new TypeError("no demo data")) }),
      /no demo data/,
    );
    const fresh = join(folder, "other");
    await assert.rejects(start({ mode: "serve", dataDir: fresh }), (error: unknown) => {
      assert.ok(error instanceof ApiError);
      assert.equal(error.code, "unavailable");
      return true;
    });
    const running = await start({ dataDir: fresh });
    await running.close();
  });
});
