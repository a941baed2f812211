import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { runCli, temporaryProject } from "../../../../test/support/run-cli.ts";

const FILES = [
  ".gitignore",
  "README.md",
  "concordat.lock.json",
  "contract.ts",
  "package.json",
  "service.test.ts",
  "service.ts",
  "tsconfig.json",
];

test("init writes a whole project into an empty or new folder", async (t) => {
  const cwd = temporaryProject(t, {});
  const { exitCode, stdout } = await runCli(["init", "Book Shop"], { cwd });
  assert.equal(exitCode, 0);
  assert.match(stdout, /cd Book Shop\n {2}npm install\n {2}npm test\n {2}npm start/);
  assert.deepEqual(readdirSync(join(cwd, "Book Shop")).sort(), FILES);
  const json = JSON.parse(readFileSync(join(cwd, "Book Shop/package.json"), "utf8"));
  assert.equal(json.name, "book-shop");
  assert.equal(json.type, "module");
  assert.equal(json.scripts.start, "concordat dev .");
  assert.match(readFileSync(join(cwd, "Book Shop/README.md"), "utf8"), /^# book-shop\n/);
});

test("init never overwrites: it names what is there and writes nothing", async (t) => {
  const cwd = temporaryProject(t, { "contract.ts": "mine\n", "README.md": "mine\n" });
  const { exitCode, stderr } = await runCli(["init"], { cwd });
  assert.equal(exitCode, 3);
  assert.match(stderr, /already has contract\.ts, README\.md; nothing was written/);
  assert.deepEqual(readdirSync(cwd).sort(), ["README.md", "contract.ts"]);
  assert.equal(readFileSync(join(cwd, "contract.ts"), "utf8"), "mine\n");
});

test("init completes a package.json that is there and changes nothing in it", async (t) => {
  const given = {
    name: "mine",
    scripts: { start: "node mine.js" },
    dependencies: { concordat: "file:concordat.tgz" },
  };
  const cwd = temporaryProject(t, { "package.json": JSON.stringify(given) });
  assert.equal((await runCli(["init"], { cwd })).exitCode, 0);
  const json = JSON.parse(readFileSync(join(cwd, "package.json"), "utf8"));
  assert.equal(json.name, "mine");
  assert.equal(json.scripts.start, "node mine.js");
  assert.equal(json.scripts.test, "node --test");
  assert.equal(json.dependencies.concordat, "file:concordat.tgz");
  assert.equal(json.private, undefined);
});

test("init refuses a package that is not made of ES modules, before it writes", async (t) => {
  const cwd = temporaryProject(t, { "package.json": '{"type":"commonjs"}' });
  const { exitCode, stderr } = await runCli(["init"], { cwd });
  assert.equal(exitCode, 3);
  assert.match(stderr, /npm pkg set type=module/);
  assert.ok(!existsSync(join(cwd, "contract.ts")));
  writeFileSync(join(cwd, "package.json"), "{");
  assert.match((await runCli(["init"], { cwd })).stderr, /package\.json is not valid JSON/);
});

test("init into a folder that cannot be written says so", async (t) => {
  const cwd = temporaryProject(t, { "a-file": "" });
  const { exitCode, stderr } = await runCli(["init", "a-file/project"], { cwd });
  assert.equal(exitCode, 3);
  assert.match(stderr, /cannot write/);
});
