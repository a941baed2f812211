import assert from "node:assert/strict";
import { test } from "node:test";
import { runCli, temporaryProject } from "../../../../test/support/run-cli.ts";
import { ROOT } from "../../../../test/support/source.ts";

const CONCORDAT = JSON.stringify(`${ROOT}/src/index.ts`);

test("check counts what a right contract has", async () => {
  const { exitCode, stdout } = await runCli(["check", "examples/clinic", "--json"]);
  assert.equal(exitCode, 0);
  const result = JSON.parse(stdout);
  assert.equal(result.ok, true);
  assert.equal(result.name, "clinic");
  // Seven of its own, and Concordat's operations.
  assert.equal(result.resources, 8);
});

test("check lists every mistake of a contract with place, expected, found and fix", async (t) => {
  const cwd = temporaryProject(t, {
    "contract.ts": `
import { api, resource, t } from ${CONCORDAT};
const Shelf = resource("shelf", { id: t.id("shf"), label: t.string() }, { list: { filter: ["nope"], sort: ["missing"] } });
export const shop = api("shop", { versions: { v1: "2026-01-01" }, resources: [Shelf] });
`,
  });
  const { exitCode, stdout, stderr } = await runCli(["check", "contract.ts"], { cwd });
  assert.equal(exitCode, 1);
  assert.equal(stdout, "");
  assert.equal(stderr.match(/^ {2}expected /gm)?.length, 2);
  assert.equal(stderr.match(/^ {2}found /gm)?.length, 2);
  assert.equal(stderr.match(/^ {2}fix /gm)?.length, 2);
  assert.match(stderr, /^error: 2 mistakes$/m);

  const json = await runCli(["check", "contract.ts", "--json"], { cwd });
  assert.equal(json.exitCode, 1);
  assert.equal(JSON.parse(json.stdout).mistakes.length, 2);
});

test("check finds missing handlers of a service", async (t) => {
  const cwd = temporaryProject(t, {
    "service.ts": `
import { api, query, service, t } from ${CONCORDAT};
const time = query("time", { output: t.object({ now: t.timestamp() }) });
export default service(api("clock", { versions: { v1: "2026-01-01" }, resources: [], operations: [time] }));
`,
  });
  const { exitCode, stderr } = await runCli(["check"], { cwd });
  assert.equal(exitCode, 1);
  assert.match(stderr, /operation time\n {2}expected {2}a handler/);
});

test("a file that cannot be loaded gets one message with its place, and no stack trace unless asked", async (t) => {
  const cwd = temporaryProject(t, {
    "syntax.ts": 'const a: number = 1;\nexport default { kind: "service" ;\n',
    "syntax.js": "export default { kind: ;\n",
    "enum.ts": "enum Color { red }\nexport default Color;\n",
    "missing-file.ts": 'import { a } from "./gone.ts";\nexport default a;\n',
    "missing-package.ts": 'import { a } from "no-such-package-here";\nexport default a;\n',
    "missing-name.ts": 'import { nothing } from "./syntax-free.ts";\nexport default nothing;\n',
    "syntax-free.ts": "export const something = 1;\n",
    "throws.ts":
      "const nothing = undefined as unknown as { name: string };\n\nexport default nothing.name;\n",
    "imports-broken.ts": 'import "./syntax.ts";\nexport default 1;\n',
    "empty.ts": "export const x = 1;\n",
  });
  const cases: [string, RegExp][] = [
    ["syntax.ts", /^error: syntax\.ts:2: Expected ','/],
    ["syntax.js", /^error: syntax\.js: Unexpected token/],
    ["enum.ts", /^error: enum\.ts:1: TypeScript enum is not supported in strip-only mode\nfix: .*no enums/],
    ["missing-file.ts", /^error: missing-file\.ts: imports gone\.ts, which does not exist/],
    [
      "missing-package.ts",
      /^error: missing-package\.ts: imports no-such-package-here, .*\nfix: npm install no-such-package-here/,
    ],
    [
      "missing-name.ts",
      /^error: missing-name\.ts:1: The requested module '\.\/syntax-free\.ts' does not provide/,
    ],
    ["throws.ts", /^error: throws\.ts:3: TypeError: Cannot read properties of undefined \(reading 'name'\)/],
    ["imports-broken.ts", /^error: syntax\.ts:2: Expected/],
    ["empty.ts", /^error: empty\.ts: exports neither a service nor a contract\nfix: export default service/],
  ];
  for (const [file, message] of cases) {
    const { exitCode, stderr } = await runCli(["check", file], { cwd });
    assert.equal(exitCode, 1, `${file}: ${stderr}`);
    assert.match(stderr, message);
    assert.doesNotMatch(stderr, /\n {4}at /);
    assert.ok(stderr.split("\n").length <= 3, stderr);
  }
  assert.match((await runCli(["check", "throws.ts", "--stack"], { cwd })).stderr, /\n {4}at .*throws\.ts:3/);
  assert.match((await runCli(["check", "throws.ts"], { cwd, env: { DEBUG: "1" } })).stderr, /\n {4}at /);
});
