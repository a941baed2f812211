import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { ROOT } from "./support/source.ts";

const url = (path: string) => JSON.stringify(pathToFileURL(join(ROOT, path)).href);

/** Makes clock, randomness, environment and network throw, then imports a contract and compiles it. */
const SCRIPT = `
const refuse = (what) => () => { throw new Error("reads " + what); };
Date.now = refuse("the clock");
performance.now = refuse("the clock");
Math.random = refuse("randomness");
globalThis.Date = new Proxy(Date, { construct: refuse("the clock"), apply: refuse("the clock") });
globalThis.fetch = refuse("the network");
const env = process.env;
// Node's own loader reads the environment; what must not is our code.
Object.defineProperty(process, "env", {
  get: () => (/\\/(src|examples)\\//.test(new Error().stack) ? refuse("the environment")() : env),
});
const { clinic } = await import(${url("examples/clinic/contract.ts")});
const { compile } = await import(${url("src/index.ts")});
console.log(compile(clinic).name);
`;

test("importing and compiling a contract reads no clock, randomness, environment or network", () => {
  const { stdout, stderr } = spawnSync(
    process.execPath,
    ["--conditions=source", "--input-type=module", "--eval", SCRIPT],
    { cwd: ROOT, encoding: "utf8" },
  );
  assert.equal(stdout, "clinic\n", stderr);
});
