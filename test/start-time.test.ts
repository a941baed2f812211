import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { startCli, temporaryProject } from "./support/run-cli.ts";
import { ROOT } from "./support/source.ts";

/** README promises 2 s on an idle machine, which `bench` measures; this catches a start that has become another thing. */
const BOUND_MS = 12_000;

test("npm start answers its first request soon, on an empty data folder", async (t) => {
  assert.ok(existsSync(join(ROOT, "assets")), "npm install has prepared the database snapshot");
  const times: number[] = [];
  for (let attempt = 0; attempt < 3; attempt++) {
    const cwd = temporaryProject(t, {});
    const startedAt = performance.now();
    const dev = startCli(["dev", join(ROOT, "examples/clinic"), "--port", "0"], { cwd, test: t });
    const [, url] = await dev.until(/ on (http:\S+)/);
    const { status } = await fetch(`${url}/v2/providers`);
    const ms = performance.now() - startedAt;
    assert.equal(status, 200);
    dev.child.kill("SIGTERM");
    await dev.finished;
    times.push(Math.round(ms));
    if (ms < BOUND_MS) break;
  }
  t.diagnostic(`first answer after ${times.join(", ")} ms`);
  assert.ok(Math.min(...times) < BOUND_MS, `${times.join(", ")} ms`);
});
