import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { databases, type TestStore } from "../../../test/support/databases.ts";
import { http1, http2 } from "../../../test/support/http-clients.ts";
import {
  http1Load,
  http2Load,
  type LoadRequest,
  type LoadResult,
  sendHttp1,
} from "../../../test/support/load.ts";
import { type RunningCli, runCli, startCli, temporaryProject } from "../../../test/support/run-cli.ts";
import { scope } from "../../../test/support/shop.ts";
import { ROOT } from "../../../test/support/source.ts";
import { until } from "../../../test/support/until.ts";
import { anyone, api, compile, resource, t } from "../../index.ts";

const FIELDS = "{ id: t.id('not'), text: t.string() }, { access: { read: [anyone], write: [anyone] } }";
const SERVICE = `
import { anyone, api, resource, service, t } from ${JSON.stringify(`${ROOT}/src/index.ts`)};
const Note = resource("note", ${FIELDS});
export default service(api("notes", { versions: { v1: "2026-01-01" }, resources: [Note] }));
`;
const Note = resource(
  "note",
  { id: t.id("not"), text: t.string() },
  { access: { read: [anyone], write: [anyone] } },
);
const model = compile(api("notes", { versions: { v1: "2026-01-01" }, resources: [Note] }));
const JSON_TYPE = { "content-type": "application/json" };

const list = (): LoadRequest => ({ method: "GET", path: "/v1/notes?limit=1" });
const create = (text: string, key: string): LoadRequest => ({
  method: "POST",
  path: "/v1/notes",
  headers: { ...JSON_TYPE, "idempotency-key": key },
  body: JSON.stringify({ text }),
});

function logged(text: string): Record<string, unknown>[] {
  return text
    .split("\n")
    .filter((line) => line.startsWith("{"))
    .map((line) => JSON.parse(line));
}

test("the embedded PostgreSQL refuses several workers, and a number must be one", async (t) => {
  const cwd = temporaryProject(t, { "service.ts": SERVICE });
  const refused = await runCli(["serve", ".", "--data", "data", "--workers", "2"], { cwd });
  assert.equal(refused.exitCode, 3);
  assert.match(refused.stderr, /2 workers cannot share the embedded PostgreSQL[^\n]*\nfix: set DATABASE_URL/);
  for (const count of ["0", "-1", "x", "1.5", ""]) {
    const { exitCode, stderr } = await runCli(["serve", ".", "--data", "data", `--workers=${count}`], {
      cwd,
    });
    assert.equal(exitCode, 2, count);
    assert.match(stderr, /--workers must be auto or a whole number/);
  }
});

for (const database of databases().filter(({ kind }) => kind === "postgres")) {
  describe("several workers on one port", () => {
    let store: TestStore;
    before(async () => {
      store = await database.open(model, { poolSize: 2 });
    });
    after(() => store.close());

    async function start(test: Parameters<typeof temporaryProject>[0], workers: number) {
      const cwd = temporaryProject(test, { "service.ts": SERVICE });
      const env = { DATABASE_URL: store.url ?? "" };
      const args = ["serve", ".", "--port", "0", "--host", "127.0.0.1", "--workers", String(workers)];
      const cli = startCli(args, { cwd, env, test });
      await cli.until(/"msg":"listening"/);
      const url = String(logged(cli.text()).find(({ msg }) => msg === "listening")?.url);
      return { cli, url, cwd };
    }

    const pidsOf = (cli: RunningCli) =>
      logged(cli.text())
        .filter(({ msg }) => msg === "a worker serves")
        .map(({ pid }) => Number(pid));

    async function ended(cli: RunningCli): Promise<void> {
      cli.child.kill("SIGTERM");
      const { exitCode } = await cli.finished;
      assert.equal(exitCode, 0);
    }

    test("share connections, show the metrics of all, and carry their number in the log", async (t) => {
      const { cli, url } = await start(t, 2);
      for (let at = 0; at < 4; at++) assert.equal((await http1(`${url}/v1/notes`)).status, 200);
      const { text } = await http1(`${url}/metrics`);
      for (const worker of ["1", "2"]) {
        assert.match(text, new RegExp(`^concordat_requests_total\\{[^}]*worker="${worker}"\\} 2$`, "m"));
      }
      assert.equal(text.match(/^# TYPE concordat_requests_total /gm)?.length, 1);
      assert.equal((await http2(`${url}/readyz`)).status, 200);
      const requests = logged(cli.text()).filter(({ operation }) => operation === "note.list");
      assert.deepEqual(requests.map(({ worker }) => worker).sort(), [1, 1, 2, 2]);
      await ended(cli);
    });

    test("SIGHUP replaces them one by one, and under load no request fails", async (t) => {
      const { cli, url } = await start(t, 2);
      const result: LoadResult = { answered: 0, failures: [] };
      let isOver = false;
      const load = { url, isOver: () => isOver };
      const write = () => create("loaded", randomUUID());
      const clients = [
        http1Load({ ...load, next: list }, true, result),
        http1Load({ ...load, next: write }, true, result),
        http1Load({ ...load, next: list }, false, result),
        http2Load({ ...load, next: list }, result),
        http2Load({ ...load, next: write }, result),
        http1Load({ ...load, next: () => ({ method: "GET", path: "/readyz" }) }, false, result),
      ];
      try {
        await until("there is load", () => result.answered > 100);
        cli.child.kill("SIGHUP");
        await cli.until(/"msg":"workers are replaced"/);
        const atEnd = result.answered;
        await until("the new ones are under load", () => result.answered > atEnd + 100);
      } finally {
        isOver = true;
        await Promise.all(clients);
      }
      assert.deepEqual(result.failures, []);
      assert.equal(new Set(pidsOf(cli)).size, 4);
      t.diagnostic(`${result.answered} requests answered, none failed`);
      await ended(cli);
    });

    test("one that is killed under load loses only what it was doing: repeated with its key, each is done once", async (t) => {
      const { cli, url } = await start(t, 2);
      const { hostname, port } = new URL(url);
      const mark = randomUUID();
      let isOver = false;
      let done = 0;
      let lost = 0;
      const client = async (number: number) => {
        while (!isOver) {
          const { method, path, headers = {}, body } = create(`${mark} ${number}`, randomUUID());
          for (;;) {
            const answer = await sendHttp1({ hostname, port, agent: false, method, path, headers }, body);
            if (answer === 201) break;
            // 409: the first try is still under way, or its connection not yet known to be dead.
            if (typeof answer === "number") assert.equal(answer, 409);
            else lost++;
          }
          done++;
        }
      };
      const clients = Array.from({ length: 6 }, (_, number) => client(number));
      try {
        for (let kill = 0; kill < 4; kill++) {
          const before = done;
          await until("there is load", () => done > before + 30);
          // Each is the oldest that lives.
          process.kill(pidsOf(cli)[kill] ?? 0, "SIGKILL");
          await until("it is replaced", () => pidsOf(cli).length === 3 + kill);
        }
      } finally {
        isOver = true;
        await Promise.all(clients);
      }
      const [row] = await store
        .open(scope())
        .sql("select count(*) as n from notes where text like $1", [`${mark}%`]);
      assert.equal(row?.n, BigInt(done));
      t.diagnostic(`${done} done, each once; ${lost} answers lost to 4 kills`);
      await ended(cli);
    });

    test("where the first cannot start none is tried; a reload that cannot start leaves the others serving", async (t) => {
      const { cli, url, cwd } = await start(t, 2);
      writeFileSync(join(cwd, "service.ts"), "export default 1;\n");
      cli.child.kill("SIGHUP");
      await cli.until(/those that serve are kept/);
      assert.equal((await http1(`${url}/v1/notes`)).status, 200);
      await ended(cli);
      const broken = await runCli(["serve", ".", "--port", "0", "--workers", "2"], {
        cwd,
        env: { DATABASE_URL: store.url ?? "" },
      });
      assert.equal(broken.exitCode, 1);
      assert.match(broken.stderr, /service\.ts: expected a service as default export/);
    });

    test("where the first process is killed, the others finish what they have and end", async (t) => {
      const { cli, url } = await start(t, 2);
      assert.equal((await http1(`${url}/v1/notes`)).status, 200);
      cli.child.kill("SIGKILL");
      // Their output is closed only when all of them have ended.
      const { stdout } = await cli.finished;
      assert.equal(logged(stdout).filter(({ msg }) => msg === "closed").length, 2);
    });

    test("a signal that comes at once ends what has only begun", async (t) => {
      const cwd = temporaryProject(t, { "service.ts": SERVICE });
      for (const pauseMs of [300, 600, 900]) {
        const env = { DATABASE_URL: store.url ?? "" };
        const cli = startCli(["serve", ".", "--port", "0", "--workers", "2"], { cwd, env, test: t });
        await sleep(pauseMs);
        cli.child.kill("SIGTERM");
        await cli.finished;
      }
    });

    test("workers that die at their start again and again are given up, with their own words", async (t) => {
      const { cli, cwd } = await start(t, 1);
      writeFileSync(join(cwd, "service.ts"), "export default 1;\n");
      process.kill(pidsOf(cli)[0] ?? 0, "SIGKILL");
      const { exitCode, stderr } = await cli.finished;
      assert.equal(exitCode, 1);
      assert.match(stderr, /service\.ts: expected a service as default export/);
    });
  });
}
