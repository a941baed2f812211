import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { test } from "node:test";
import { compile } from "concordat";
import { databases } from "../support/databases.ts";
import { longService } from "../support/long-service.ts";

const MAIN = join(import.meta.dirname, "../support/long-service-main.ts");
/** An embedded database takes seconds to open after each kill, and has one process to do the work. */
const SIZES = {
  PGlite: { jobs: 30, kills: 12, pauseMs: 2000 },
  PostgreSQL: { jobs: 200, kills: 40, pauseMs: 300 },
} as const;

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

for (const database of databases()) {
  test(`operations while their processes are killed, on ${database.name}: each is done once`, async (t) => {
    const store = await database.open(compile(longService(async () => "").api), { tables: false });
    const folder = mkdtempSync(join(tmpdir(), "concordat-long-"));
    const place = store.url ?? join(folder, "data");
    /** Calls of the service outside, by path and key: it would do each of these once. */
    const asked = new Map<string, Set<string>>();
    const outside = createServer(async (request, response) => {
      const path = request.url ?? "";
      asked.set(path, (asked.get(path) ?? new Set()).add(String(request.headers["idempotency-key"])));
      await pause(Math.random() * 600);
      response.end(`receipt of ${path}`);
    });
    outside.listen(0, "127.0.0.1");
    await once(outside, "listening");
    const outsideUrl = `http://127.0.0.1:${(outside.address() as AddressInfo).port}`;
    let key = "";
    const start = async (): Promise<{ readonly child: ChildProcess; readonly url: string }> => {
      const child = spawn(process.execPath, ["--conditions=source", MAIN, place, outsideUrl], {
        stdio: ["ignore", "pipe", "inherit"],
      });
      const [line] = await once(createInterface({ input: child.stdout! }), "line");
      const said = JSON.parse(String(line)) as { readonly url: string; readonly key: string };
      key ||= said.key;
      return { child, url: said.url };
    };
    // A folder of PGlite has one process.
    const servers = [await start(), ...(store.url === undefined ? [] : [await start()])];
    t.after(async () => {
      for (const { child } of servers) child.kill("SIGKILL");
      outside.closeAllConnections();
      outside.close();
      await store.close();
      rmSync(folder, { recursive: true, force: true });
    });
    const call = async (path: string, init: RequestInit = {}) => {
      for (;;) {
        const server = servers[Math.floor(Math.random() * servers.length)];
        try {
          const answer = await fetch(`${server?.url}/v1${path}`, {
            ...init,
            headers: { Authorization: `Bearer ${key}`, "Content-Type": "application/json", ...init.headers },
          });
          if (answer.ok) return (await answer.json()) as any;
        } catch {
          // Killed: the next one answers.
        }
        await pause(50 + Math.random() * 200);
      }
    };

    const size = SIZES[database.name];
    let ended = false;
    const killing = (async () => {
      let kills = 0;
      for (; kills < size.kills && !ended; kills++) {
        await pause(50 + Math.random() * size.pauseMs);
        const at = Math.floor(Math.random() * servers.length);
        const { child } = servers[at]!;
        const gone = once(child, "exit");
        child.kill(Math.random() < 0.2 ? "SIGTERM" : "SIGKILL");
        await gone;
        servers[at] = await start();
      }
      return kills;
    })();
    const jobs = Array.from({ length: size.jobs }, (_, at) => `job${at}`);
    await Promise.all(
      jobs.map(async (job) => {
        const post = () =>
          call("/run-job", {
            method: "POST",
            headers: { "Idempotency-Key": job },
            body: JSON.stringify({ job }),
          });
        const [first, second] = [await post(), await post()];
        assert.equal(second.id, first.id, "a repeated request gets the same operation");
        for (;;) {
          const operation = await call(`/operations/${first.id}`);
          if (operation.status === "running") {
            await pause(200);
            continue;
          }
          assert.equal(operation.status, "succeeded", JSON.stringify(operation));
          return;
        }
      }),
    );
    ended = true;
    const kills = await killing;
    for (const job of jobs) {
      assert.equal((await call(`/entries?job=${job}`)).data.length, 1, job);
      for (const step of ["first", "second"])
        assert.equal(asked.get(`/${job}/${step}`)?.size, 1, `${job} ${step}`);
    }
    t.diagnostic(`${kills} processes ended, ${size.jobs} operations succeeded once each`);
  });
}
