import assert from "node:assert/strict";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { runCli, temporaryProject } from "../../../../test/support/run-cli.ts";
import { ROOT } from "../../../../test/support/source.ts";

const CONCORDAT = JSON.stringify(`${ROOT}/src/index.ts`);
const service = (fields: string) => `
import { anyone, api, resource, service, t } from ${CONCORDAT};
const Note = resource("note", { id: t.id("note"), ${fields} }, { access: { read: [anyone] } });
export default service(api("notes", { versions: { v1: "2026-01-01" }, resources: [Note] }));
`;

test("migrations go from plan through apply to a change of the contract, and status tells each time", async (t) => {
  const cwd = temporaryProject(t, { "service.ts": service("title: t.string()") });
  const run = async (...args: string[]) => {
    const result = await runCli(["migrate", ...args, "--json"], { cwd });
    return { ...result, value: JSON.parse(result.stdout) };
  };
  const dry = await run("plan", ".", "--dry-run");
  assert.equal(dry.value.written, false);
  assert.match(dry.value.files[0].sql, /create table "notes"/);
  assert.equal((await run("plan", ".", "--name", "init")).value.files[0].name, "0001_init.sql");
  assert.deepEqual(readdirSync(join(cwd, "migrations")).sort(), ["0001_init.sql", "snapshot.json"]);
  assert.deepEqual((await run("plan", ".")).value.files, []);

  const before = await run("status", ".", "--data", "data");
  assert.equal(before.exitCode, 1);
  assert.deepEqual(before.value.pending, ["0001_init.sql"]);
  assert.deepEqual((await run("apply", ".", "--data", "data")).value.applied, ["0001_init.sql"]);
  assert.deepEqual((await run("apply", ".", "--data", "data")).value.applied, []);
  assert.equal((await run("status", ".", "--data", "data")).exitCode, 0);

  writeFileSync(join(cwd, "service.ts"), service("title: t.string(), body: t.text().optional()"));
  const changed = await run("status", ".", "--data", "data");
  assert.equal(changed.exitCode, 1);
  assert.match(changed.value.unplanned.join(), /add column "body"/);
  await run("plan", ".", "--name", "add body");
  assert.deepEqual((await run("apply", ".", "--data", "data")).value.applied, ["0002_add_body.sql"]);

  writeFileSync(join(cwd, "service.ts"), service("body: t.text().optional()"));
  const lossy = await run("plan", ".");
  assert.equal(lossy.exitCode, 1);
  assert.match(lossy.value.mistakes[0].found, /loses/);
  assert.equal((await run("plan", ".", "--allow-destructive")).value.files.length, 1);

  const edited = join(cwd, "migrations/0001_init.sql");
  writeFileSync(edited, `${readFileSync(edited, "utf8")}-- edited\n`);
  const refused = await run("apply", ".", "--data", "data");
  assert.equal(refused.exitCode, 1);
  assert.match(refused.value.mistakes[0].place, /0001_init\.sql/);
});

test("migrate apply and status need a database, and say so", async () => {
  for (const action of ["apply", "status"]) {
    const { exitCode, stderr } = await runCli(["migrate", action, "examples/starter"]);
    assert.equal(exitCode, 3);
    assert.match(stderr, /no database: DATABASE_URL is not set/);
  }
});

test("a key is shown once, listed without it, and ends when it is revoked", async (t) => {
  const cwd = temporaryProject(t, { "service.ts": service("title: t.string()") });
  const run = (...args: string[]) => runCli(["keys", ...args, "--data", "data"], { cwd });
  const made = await run(
    "create",
    ".",
    "--name",
    "reception",
    "--principal",
    "clinic",
    "--roles",
    "admin, desk",
  );
  assert.equal(made.exitCode, 0);
  assert.match(made.stdout, /^ck_live_\w{33}\n$/);
  const key = made.stdout.trim();

  const listed = await run("list", ".", "--json");
  assert.ok(!listed.stdout.includes(key));
  const [record] = JSON.parse(listed.stdout).keys;
  assert.equal(record.name, "reception");
  assert.deepEqual(record.roles, ["admin", "desk"]);
  assert.equal(record.hash, undefined);

  assert.equal((await run("create", ".", "--name", "reception", "--principal", "x")).exitCode, 2);
  assert.equal((await run("create", ".", "--name", "b")).exitCode, 2);
  assert.equal(
    (await run("create", ".", "--name", "b", "--principal", "x", "--expires", "soon")).exitCode,
    2,
  );
  assert.equal((await run("revoke", ".", "--name", "nobody")).exitCode, 2);
  assert.equal((await run("revoke", ".", "--name", "reception")).exitCode, 0);
  assert.match((await run("list", ".")).stdout, /reception.*revoked/);
  assert.match((await run("create", ".", "--name", "b", "--principal", "x", "--test")).stdout, /^ck_test_/);
});
