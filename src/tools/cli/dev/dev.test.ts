import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { once } from "node:events";
import { readFileSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import { runCli, startCli, temporaryProject } from "../../../../test/support/run-cli.ts";
import { ROOT } from "../../../../test/support/source.ts";
import { readDevFile } from "./dev-file.ts";

const CONCORDAT = JSON.stringify(`${ROOT}/src/index.ts`);
const CONTRACT = `
import { anyone, api, resource, signedIn, t } from ${CONCORDAT};
export const Note = resource("note", { id: t.id("note"), title: t.string().example("First") }, { access: { read: [anyone], write: [signedIn] } });
export const notes = api("notes", { versions: { v1: "2026-01-01" }, resources: [Note] });
`;
const SERVICE = `
import { service } from ${CONCORDAT};
import { Note, notes } from "./contract.ts";
export default service(notes, [], {
  seed: async ({ db, apiKey }) => {
    await db.insert(Note, { title: "Seeded" });
    await apiKey("me", { principal: "me", roles: ["member"] });
  },
});
`;
const PROJECT = { "contract.ts": CONTRACT, "service.ts": SERVICE };

async function titles(url: string): Promise<string[]> {
  const { data } = (await (await fetch(`${url}/v1/notes`)).json()) as { data: { title: string }[] };
  return data.map(({ title }) => title);
}

test("dev prints lines to try, and each of them works as it stands", async (t) => {
  const cwd = temporaryProject(t, {});
  const dev = startCli(["dev", join(ROOT, "examples/clinic"), "--port", "0", "--no-watch"], { cwd, test: t });
  await dev.until(/ --json [^\n]+\n/);
  const lines = dev
    .text()
    .split("\n")
    .filter((line) => line.trimStart().startsWith("curl "));
  assert.ok(lines.length >= 3);
  for (const line of lines) {
    const { stdout } = await promisify(execFile)("bash", ["-c", `${line} -sS -w '%{http_code}'`]);
    assert.match(stdout, /20[01]$/, `${line}\n${stdout}`);
  }
});

test("dev.json says where the service is, holds keys that work, and is readable by its owner only", async (t) => {
  const cwd = temporaryProject(t, PROJECT);
  const dev = startCli(["dev", ".", "--port", "0", "--no-watch"], { cwd, test: t });
  await dev.until(/Try:/);
  const path = join(cwd, ".concordat/dev.json");
  const file = JSON.parse(readFileSync(path, "utf8"));
  assert.deepEqual(Object.keys(file), ["service", "url", "docs", "graphql", "apiKeys"]);
  assert.equal(statSync(path).mode & 0o777, 0o600);
  assert.deepEqual(await titles(file.url), ["Seeded"]);
  const made = await fetch(`${file.url}/v1/notes`, {
    method: "POST",
    headers: { authorization: `Bearer ${file.apiKeys.me}`, "content-type": "application/json" },
    body: '{"title":"Mine"}',
  });
  assert.equal(made.status, 201);
  assert.equal((await fetch(file.docs)).status, 200);
  assert.equal((await fetch(`${file.graphql}?query={__typename}`)).status, 200);
});

test("a restart keeps rows and keys; a lost dev.json gets new keys and the old ones end", async (t) => {
  const cwd = temporaryProject(t, PROJECT);
  const path = join(cwd, ".concordat/dev.json");
  const start = async () => {
    const dev = startCli(["dev", ".", "--port", "0", "--no-watch"], { cwd, test: t });
    await dev.until(/Try:/);
    const file = readDevFile(path);
    assert.ok(file);
    const post = (key = "") =>
      fetch(`${file.url}/v1/notes`, {
        method: "POST",
        headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
        body: '{"title":"More"}',
      }).then(({ status }) => status);
    return {
      file,
      post,
      rows: () => titles(file.url),
      stop: () => {
        dev.child.kill("SIGTERM");
        return dev.finished;
      },
    };
  };
  const first = await start();
  assert.equal(await first.post(first.file.apiKeys.me), 201);
  assert.equal((await first.stop()).exitCode, 0);

  const second = await start();
  assert.deepEqual(second.file.apiKeys, first.file.apiKeys);
  assert.deepEqual((await second.rows()).sort(), ["More", "Seeded"]);
  await second.stop();

  writeFileSync(path, "not ours");
  const third = await start();
  assert.notEqual(third.file.apiKeys.me, first.file.apiKeys.me);
  assert.equal(await third.post(first.file.apiKeys.me), 401);
  assert.equal(await third.post(third.file.apiKeys.me), 201);
  assert.equal((await third.rows()).length, 3);
  await third.stop();
});

test("a changed file restarts the service; a broken one is reported, and mending it brings the service back", async (t) => {
  const cwd = temporaryProject(t, PROJECT);
  const dev = startCli(["dev", ".", "--port", "0", "--data", "memory"], { cwd, test: t });
  await dev.until(/Try:/);
  const contract = join(cwd, "contract.ts");
  writeFileSync(contract, CONTRACT.replace('t.id("note")', 't.id("note"), body: t.text().optional()'));
  await dev.until(/contract\.ts changed: starting again[\s\S]*Try:/);
  const { url } = readDevFile(join(cwd, ".concordat/dev.json")) ?? { url: "" };
  const openapi = (await (await fetch(`${url}/openapi.json`)).json()) as object;
  assert.match(JSON.stringify(openapi), /"body"/);

  writeFileSync(contract, "export const = 1;\n");
  await dev.until(/error: contract\.ts:1: [\s\S]*Waiting for a change\./);
  assert.equal(dev.child.exitCode, null);
  writeFileSync(contract, CONTRACT);
  await dev.until(/(?:changed: starting again[\s\S]*){3}Try:/);
  dev.child.kill("SIGTERM");
  assert.equal((await dev.finished).exitCode, 0);
});

test("a change that would lose rows is refused, with how to start afresh", async (t) => {
  const cwd = temporaryProject(t, PROJECT);
  const dev = startCli(["dev", ".", "--port", "0"], { cwd, test: t });
  await dev.until(/Try:/);
  writeFileSync(join(cwd, "contract.ts"), CONTRACT.replace(/title: t[^}]*/, ""));
  writeFileSync(join(cwd, "service.ts"), SERVICE.replace('{ title: "Seeded" }', "{}"));
  await dev.until(
    /loses some: Column notes\.title[^\n]*\n {2}fix .*; or delete \.concordat\/notes to start afresh/,
  );
  dev.child.kill("SIGTERM");
  assert.equal((await dev.finished).exitCode, 0);
});

test("a service that cannot start ends dev with one message and its exit code", async (t) => {
  const cwd = temporaryProject(t, {
    ...PROJECT,
    "no-default.ts": "export const x = 1;\n",
    "named.ts": `export { default as mine } from "./service.ts";\n`,
    "contract-default.ts": `export { notes as default } from "./contract.ts";\n`,
    "syntax.ts": "export default {\n",
    "wrong.ts": `
import { api, resource, service, t } from ${CONCORDAT};
const Shelf = resource("shelf", { id: t.id("shf") }, { list: { sort: ["missing"] } });
export default service(api("shop", { versions: { v1: "2026-01-01" }, resources: [Shelf] }));
`,
    "not-a-folder": "a file",
  });
  const busy = createServer().listen(0, "127.0.0.1");
  await once(busy, "listening");
  t.after(() => busy.close());
  const { port } = busy.address() as { port: number };
  const cases: [string[], number, RegExp][] = [
    [["no-default.ts"], 1, /no-default\.ts: expected a service as default export, found no default export/],
    [["named.ts"], 1, /found a service under a name, but not as the default export/],
    [["contract-default.ts"], 1, /found a default export that is an api/],
    [["syntax.ts"], 1, /syntax\.ts:\d+: /],
    [["wrong.ts"], 1, /expected {2}.*\n {2}found {5}.*\n {2}fix {7}/],
    [["service.ts", "--port", String(port), "--data", "memory"], 3, /port \d+ of 127\.0\.0\.1/],
    [["service.ts", "--port", "nope"], 2, /--port must be a whole number/],
    [["service.ts", "--data", "not-a-folder/data"], 3, /cannot write .*not-a-folder/],
    [["service.ts", "--data", "a", "--database-url", "postgres://b"], 2, /exclude each other/],
    [["service.ts", "--database-url", "postgres://postgres@127.0.0.1:1/none"], 3, /database/],
    [["service.ts", "--database-url", "mysql://x"], 3, /postgres:\/\//],
    [["service.ts", "--port", "0", "--data", "memory", "--host", "192.0.2.1"], 3, /address of this machine/],
  ];
  for (const [args, exitCode, message] of cases) {
    for (const watch of [[], ["--no-watch"]]) {
      if (watch.length === 0 && args.length > 1) continue;
      const result = await runCli(["dev", ...args, ...watch], { cwd });
      assert.equal(result.exitCode, exitCode, `${args.join(" ")}: ${result.stdout}${result.stderr}`);
      assert.match(result.stderr, message);
      assert.doesNotMatch(result.stderr, /\n {4}at /, args.join(" "));
    }
  }
});

test("a second dev on the same data is refused, not let in", async (t) => {
  const cwd = temporaryProject(t, PROJECT);
  const first = startCli(["dev", ".", "--port", "0", "--no-watch"], { cwd, test: t });
  await first.until(/Try:/);
  const second = await runCli(["dev", ".", "--port", "0", "--no-watch"], { cwd });
  assert.equal(second.exitCode, 3);
  assert.match(second.stderr, /process \d+ using it/);
});
