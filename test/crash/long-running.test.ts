import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { after, before, describe, test } from "node:test";
import { compile } from "concordat";
import { databases } from "../support/databases.ts";
import { longService } from "../support/long-service.ts";

const MAIN = join(import.meta.dirname, "../support/long-service-main.ts");

/** The service outside: it answers a step when the test lets it, and knows each by its key. */
const asked: { readonly step: string; readonly key: string }[] = [];
let hold: { readonly entered: () => void; readonly released: Promise<void> } | undefined;
let outside: Server;
let outsideUrl = "";

before(async () => {
  outside = createServer(async (request, response) => {
    const step = request.url?.split("/").at(-1) ?? "";
    asked.push({ step, key: String(request.headers["idempotency-key"]) });
    const held = step === "second" ? hold : undefined;
    held?.entered();
    await held?.released;
    response.end(`receipt of ${step}`);
  });
  outside.listen(0, "127.0.0.1");
  await once(outside, "listening");
  outsideUrl = `http://127.0.0.1:${(outside.address() as AddressInfo).port}`;
});

after(() => {
  outside.closeAllConnections();
  outside.close();
});

interface Started {
  readonly child: ChildProcess;
  readonly url: string;
  readonly key: string;
}

async function start(place: string): Promise<Started> {
  const child = spawn(process.execPath, ["--conditions=source", MAIN, place, outsideUrl], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const line = await Promise.race([
    once(createInterface({ input: child.stdout! }), "line"),
    once(child, "exit").then(([code]) => assert.fail(`the service ended with ${code}`)),
  ]);
  return { child, ...(JSON.parse(String(line[0])) as { url: string; key: string }) };
}

async function kill(child: ChildProcess): Promise<void> {
  const ended = once(child, "exit");
  child.kill("SIGKILL");
  await ended;
}

for (const database of databases()) {
  describe(`a process that runs an operation is killed, on ${database.name}`, () => {
    test("the next one goes on from the last recorded step, and all of it happens once", async (t) => {
      const store = await database.open(compile(longService(async () => "").api), { tables: false });
      const folder = mkdtempSync(join(tmpdir(), "concordat-long-"));
      t.after(async () => {
        await store.close();
        rmSync(folder, { recursive: true, force: true });
      });
      const place = store.url ?? join(folder, "data");
      const entered = Promise.withResolvers<void>();
      hold = { entered: entered.resolve, released: new Promise(() => {}) };
      asked.length = 0;

      const first = await start(place);
      t.after(() => first.child.kill("SIGKILL"));
      const headers = { Authorization: `Bearer ${first.key}`, "Content-Type": "application/json" };
      const accepted = await fetch(`${first.url}/v1/run-job`, {
        method: "POST",
        headers: { ...headers, "Idempotency-Key": "only" },
        body: JSON.stringify({ job: "killed" }),
      });
      assert.equal(accepted.status, 202);
      const path = accepted.headers.get("location") ?? "";
      await entered.promise;
      await kill(first.child);

      hold = undefined;
      const second = await start(place);
      t.after(() => second.child.kill("SIGKILL"));
      const operation = async () =>
        (await (await fetch(second.url + path, { headers })).json()) as Readonly<Record<string, unknown>>;
      let found = await operation();
      for (const end = Date.now() + 60_000; !found.done && Date.now() < end; found = await operation()) {
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      assert.deepEqual(
        [found.status, found.result],
        ["succeeded", { receipts: ["receipt of first", "receipt of second"] }],
      );
      assert.deepEqual(
        asked.map(({ step }) => step),
        ["first", "second", "second"],
      );
      assert.equal(asked[1]?.key, asked[2]?.key);
      const again = await fetch(`${second.url}/v1/run-job`, {
        method: "POST",
        headers: { ...headers, "Idempotency-Key": "only" },
        body: JSON.stringify({ job: "killed" }),
      });
      assert.deepEqual([again.status, again.headers.get("location")], [202, path]);
      const { data } = (await (await fetch(`${second.url}/v1/entries?job=killed`, { headers })).json()) as {
        data: unknown[];
      };
      assert.equal(data.length, 1);
      await kill(second.child);
    });
  });
}
