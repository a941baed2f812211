import assert from "node:assert/strict";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { runCli, startCli, temporaryProject } from "../../../../test/support/run-cli.ts";
import { ROOT } from "../../../../test/support/source.ts";

const CONTRACT = (fields: string) => `import { api, resource, t } from "${ROOT}/src/index.ts";
export const notes = api("notes", {
  versions: { v1: "2026-01-01" },
  resources: [resource("note", { id: t.id("note"), ${fields} })],
});
`;
const SERVICE = `import { service } from "${ROOT}/src/index.ts";
import { notes } from "./contract.ts";
export default service(notes, []);
`;

for (const example of ["clinic", "atlas", "conduit", "starter"]) {
  test(`the lock of examples/${example} fits its contract`, async () => {
    const { exitCode, stderr } = await runCli(["lock", `examples/${example}`, "--check"]);
    assert.equal(exitCode, 0, stderr);
  });
}

test("lock writes the file beside the contract, and a second time leaves it alone", async (t) => {
  const cwd = temporaryProject(t, { "contract.ts": CONTRACT("text: t.string()") });
  const check = () => runCli(["lock", "contract.ts", "--check"], { cwd });
  assert.match((await check()).stderr, /there is no concordat\.lock\.json/);
  const first = JSON.parse((await runCli(["lock", "contract.ts", "--json"], { cwd })).stdout);
  assert.equal(first.changed, true);
  const text = readFileSync(join(cwd, "concordat.lock.json"), "utf8");
  assert.match(text, /"text": "optional string = 2"/);
  assert.equal((await check()).exitCode, 0);
  const second = JSON.parse((await runCli(["lock", "contract.ts", "--json"], { cwd })).stdout);
  assert.equal(second.changed, false);
  assert.equal(readFileSync(join(cwd, "concordat.lock.json"), "utf8"), text);
});

test("lock --check fails and names what the lock lacks; a field of another type is a mistake", async (t) => {
  const cwd = temporaryProject(t, { "contract.ts": CONTRACT("text: t.string()") });
  await runCli(["lock", "contract.ts"], { cwd });
  writeFileSync(join(cwd, "contract.ts"), CONTRACT("pinned: t.bool(), text: t.string()"));
  const lacking = await runCli(["lock", "contract.ts", "--check"], { cwd });
  assert.equal(lacking.exitCode, 1);
  assert.match(lacking.stderr, /message Note, field pinned/);
  writeFileSync(join(cwd, "contract.ts"), CONTRACT("text: t.int32()"));
  const changed = await runCli(["lock", "contract.ts"], { cwd });
  assert.equal(changed.exitCode, 1);
  assert.match(changed.stderr, /protobuf field Note\.text\s+expected {2}optional string/);
});

test("dev keeps the lock up to date; serve refuses one that does not fit", async (t) => {
  const cwd = temporaryProject(t, { "contract.ts": CONTRACT("text: t.string()"), "service.ts": SERVICE });
  const path = join(cwd, "concordat.lock.json");
  const dev = startCli(["dev", ".", "--port", "0", "--no-watch", "--data", "memory"], { cwd, test: t });
  await dev.until(/ on http:/);
  dev.child.kill("SIGTERM");
  await dev.finished;
  assert.ok(existsSync(path));
  assert.equal((await runCli(["lock", "--check"], { cwd })).exitCode, 0);
  writeFileSync(join(cwd, "contract.ts"), CONTRACT("pinned: t.bool(), text: t.string()"));
  const refused = await runCli(["serve", ".", "--port", "0", "--data", "memory"], { cwd });
  assert.notEqual(refused.exitCode, 0);
  assert.match(refused.stderr, /concordat\.lock\.json, notes\.v1/);
  assert.match(refused.stderr, /run concordat lock/);
});

test("serve says that there is no lock", async (t) => {
  const cwd = temporaryProject(t, { "contract.ts": CONTRACT("text: t.string()"), "service.ts": SERVICE });
  rmSync(join(cwd, "concordat.lock.json"), { force: true });
  const serve = startCli(["serve", ".", "--port", "0", "--data", "memory"], { cwd, test: t });
  await serve.until(/there is no concordat\.lock\.json: protobuf numbers follow the order of declaration/);
  serve.child.kill("SIGTERM");
  await serve.finished;
});
