/**
 * Starts the clinic once in memory and stops it, so that its compiled code is in the cache (see bin/concordat.js) and
 * the first `npm start` is as quick as all others. Run by `npm install` in a checkout. Where it fails nothing is lost
 * but that time, so it says nothing.
 */
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const root = join(import.meta.dirname, "..");
const cwd = mkdtempSync(join(tmpdir(), "concordat-warm-"));
const child = spawn(
  process.execPath,
  [join(root, "bin/concordat.js"), "dev", join(root, "examples/clinic"), "--port", "0", "--data", "memory"],
  { cwd, stdio: ["ignore", "pipe", "ignore"] },
);
const patience = setTimeout(() => child.kill(), 30_000);
child.stdout.once("data", () => child.kill());
child.once("close", () => {
  clearTimeout(patience);
  rmSync(cwd, { recursive: true, force: true });
});
