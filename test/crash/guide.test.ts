import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { readDocuments } from "../support/markdown.ts";
import { startCli } from "../support/run-cli.ts";
import { ROOT } from "../support/source.ts";
import { planOf } from "./stores.ts";

test("the guide's project is killed by its own command line and prints what the guide shows", async (context) => {
  const guide = readDocuments().find(({ path }) => path === "docs/guide/crash-testing.md");
  assert.ok(guide);
  mkdirSync(join(ROOT, ".concordat"), { recursive: true });
  // Inside the checkout, where `concordat` resolves to it.
  const cwd = mkdtempSync(join(ROOT, ".concordat", "crash-guide-"));
  context.after(() => rmSync(cwd, { recursive: true, force: true }));
  for (const { code } of guide.blocks) {
    const name = /^\/\/ (\w+\.ts)\n/.exec(code)?.[1];
    if (name !== undefined) writeFileSync(join(cwd, name), code);
  }
  const { exitCode, stdout, stderr } = await startCli(["crash", "--kills", "4"], { cwd, test: context })
    .finished;
  assert.equal(exitCode, 0, stdout + stderr);
  const shown =
    guide.blocks
      .find(({ language }) => language === "text")
      ?.code.trimEnd()
      .split("\n") ?? [];
  assert.ok(shown.length > 5);
  for (const line of shown) {
    const [label = ""] = line.split(/ {2,}/);
    assert.ok(stdout.includes(label), `${label} is not in\n${stdout}`);
  }
});

test("a service that does things twice ends the command with 1, and its report is in the JSON", async (context) => {
  const plan = planOf("no-idempotency").pathname;
  const args = ["crash", plan, "--kills", "2", "--seed", "1", "--json"];
  const { exitCode, stdout } = await startCli(args, { test: context }).finished;
  const report = JSON.parse(stdout);
  assert.equal(exitCode, 1, stdout);
  assert.equal(report.ok, false);
  assert.ok(report.doubled > 0 && report.findings.length > 0 && report.kills >= 2, stdout);
});

test("what cannot be run is told with what to do", async (context) => {
  const run = (...args: string[]) => startCli(["crash", ...args], { cwd: ROOT, test: context }).finished;
  const cases: readonly (readonly [readonly string[], number, RegExp])[] = [
    [["examples/starter"], 2, /has no crash\.ts/],
    [["examples/clinic", "--kills", "0"], 2, /--kills must be a whole number above 0/],
    [["examples/clinic/service.ts"], 1, /expected {2}a crash plan as default export/],
    [["examples/clinic", "--embedded", "--servers", "2"], 1, /the embedded database belongs to one process/],
    [["examples/clinic", "--database-url", "postgres://nobody@127.0.0.1:1/none"], 3, /does not answer/],
  ];
  for (const [args, expected, message] of cases) {
    const { exitCode, stderr } = await run(...args);
    assert.match(stderr, message);
    assert.equal(exitCode, expected, stderr);
  }
});
