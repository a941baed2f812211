import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { startCli } from "../../../test/support/run-cli.ts";

// Says in which process, and with which settings, it is loaded; it is no service, so the command ends.
const SPY = `const { execArgv, pid, ppid, env } = process;
console.log(JSON.stringify({ execArgv, pid, ppid, arenas: env.MALLOC_ARENA_MAX }));
export default 1;
`;

const canReplace = typeof process.execve === "function" && process.platform !== "win32";

describe("memory of processes that serve", { skip: canReplace ? false : "process.execve is missing" }, () => {
  let folder: string;
  let file: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "concordat-memory-"));
    file = join(folder, "service.mjs");
    writeFileSync(file, SPY);
  });
  after(() => rmSync(folder, { recursive: true }));

  async function seenBy(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
    // Nobody answers there, and nobody is asked: the file is no service.
    const { child, finished } = startCli([...args, file], {
      env: { DATABASE_URL: "postgres://127.0.0.1:1/none", ...env },
    });
    const { stdout, stderr } = await finished;
    const line = stdout.split("\n").find((text) => text.startsWith('{"execArgv"'));
    assert.ok(line !== undefined, stdout + stderr);
    return { child, seen: JSON.parse(line) };
  }

  test("serve runs with a small young generation and one heap of the C library, in the process that was started", async () => {
    const { child, seen } = await seenBy(["serve"]);
    assert.equal(seen.pid, child.pid);
    assert.deepEqual(seen.execArgv, ["--max-semi-space-size=4", "--heap-growing-percent=50"]);
    assert.equal(seen.arenas, "1");
  });

  test("dev hands both to the process that serves", async () => {
    const { child, seen } = await seenBy(["dev", "--port", "0", "--data", "memory"]);
    assert.equal(seen.ppid, child.pid);
    assert.deepEqual(seen.execArgv, ["--max-semi-space-size=4", "--heap-growing-percent=50"]);
    assert.equal(seen.arenas, "1");
  });

  test("sizes that somebody has chosen stay, and other commands run as they are", async () => {
    const chosen = await seenBy(["serve"], { NODE_OPTIONS: "--max-semi-space-size=32" });
    assert.deepEqual(chosen.seen.execArgv, []);
    const arenas = await seenBy(["serve"], { MALLOC_ARENA_MAX: "3" });
    assert.equal(arenas.seen.arenas, "3");
    const { seen } = await seenBy(["check"]);
    assert.deepEqual([seen.execArgv, seen.arenas], [[], undefined]);
  });
});
