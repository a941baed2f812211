import assert from "node:assert/strict";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { test } from "node:test";
import { runCli, startCli, temporaryProject } from "../../../../test/support/run-cli.ts";
import { ROOT } from "../../../../test/support/source.ts";
import { until } from "../../../../test/support/until.ts";

const CONCORDAT = JSON.stringify(`${ROOT}/src/index.ts`);
const SLOW_SERVICE = `
import { existsSync } from "node:fs";
import { anyone, api, handle, query, service, t } from ${CONCORDAT};
const wait = query("wait", { output: t.object({ done: t.bool() }), access: [anyone] });
export default service(api("slow", { versions: { v1: "2026-01-01" }, resources: [], operations: [wait] }), [
  handle(wait, async () => {
    process.stdout.write("begun\\n");
    while (!existsSync("released")) await new Promise((resolve) => setTimeout(resolve, 20));
    return { done: true };
  }),
]);
`;

function logged(text: string): Record<string, unknown>[] {
  return text
    .split("\n")
    .filter((line) => line.startsWith("{"))
    .map((line) => JSON.parse(line));
}

test("serve refuses to start without a database, and on one that does not fit the contract", async (t) => {
  const cwd = temporaryProject(t, {});
  const starter = join(ROOT, "examples/starter");
  const none = await runCli(["serve", starter, "--port", "0"], { cwd });
  assert.equal(none.exitCode, 3);
  assert.match(none.stderr, /no database: DATABASE_URL is not set\nfix: /);

  const empty = await runCli(["serve", starter, "--port", "0", "--data", "data"], { cwd });
  assert.equal(empty.exitCode, 3);
  assert.match(
    empty.stderr,
    /table tasks\n {2}expected {2}a table\n {2}found {5}nothing\n {2}fix .*concordat migrate apply/,
  );
  assert.equal(empty.stdout, "");

  const unreachable = await runCli(["serve", starter, "--port", "0"], {
    cwd,
    env: { DATABASE_URL: "postgres://nobody@127.0.0.1:1/none" },
  });
  assert.equal(unreachable.exitCode, 3);
  assert.doesNotMatch(unreachable.stderr, /\n {4}at /);
});

test("migrate plan and apply make a database that serve accepts; its logs are JSON and it loads no demo data", async (t) => {
  const cwd = temporaryProject(t, {});
  const starter = join(ROOT, "examples/starter");
  const place = ["--dir", "migrations", "--data", "data"];
  assert.equal((await runCli(["migrate", "plan", starter, "--dir", "migrations"], { cwd })).exitCode, 0);
  assert.equal((await runCli(["migrate", "apply", starter, ...place], { cwd })).exitCode, 0);

  const serve = startCli(["serve", starter, "--port", "0", "--host", "127.0.0.1", "--data", "data"], {
    cwd,
    test: t,
  });
  await serve.until(/"msg":"listening"/);
  const url = String(logged(serve.text())[0]?.url);
  const answer = (await (await fetch(`${url}/v1/tasks`)).json()) as { data: unknown[] };
  assert.deepEqual(answer.data, []);
  serve.child.kill("SIGTERM");
  const { exitCode, stdout } = await serve.finished;
  assert.equal(exitCode, 0);
  const lines = stdout.trimEnd().split("\n");
  assert.equal(logged(stdout).length, lines.length, "every line is JSON");
  assert.ok(logged(stdout).some(({ operation, status }) => operation === "task.list" && status === 200));
});

for (const signal of ["SIGTERM", "SIGINT"] as const) {
  test(`${signal} finishes what is under way, refuses what is new, and ends with 0`, async (t) => {
    const cwd = temporaryProject(t, { "service.ts": SLOW_SERVICE });
    const serve = startCli(["serve", ".", "--port", "0", "--host", "127.0.0.1", "--data", "memory"], {
      cwd,
      test: t,
    });
    await serve.until(/"msg":"listening"/);
    const url = new URL(String(logged(serve.text())[0]?.url));
    const answer = fetch(`${url.origin}/v1/wait`);
    await serve.until(/^begun$/m);
    serve.child.kill(signal);
    await until("new connections are refused", async () => {
      const socket = connect(Number(url.port), "127.0.0.1");
      const isRefused = await once(socket, "connect").then(
        () => false,
        () => true,
      );
      socket.destroy();
      return isRefused;
    });
    writeFileSync(join(cwd, "released"), "");
    assert.deepEqual(await (await answer).json(), { done: true });
    assert.equal((await serve.finished).exitCode, 0);
  });
}
