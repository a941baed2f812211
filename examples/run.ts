/**
 * Runs an example as a new user would: `npm run example -- atlas`. Loads its data first where it has a `load.ts`, then
 * hands over to `concordat dev` with whatever else was given (`--port 0`).
 */
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";

const [name = "", ...rest] = process.argv.slice(2);
const folder = join(import.meta.dirname, name);
if (!/^[a-z-]+$/.test(name) || !existsSync(join(folder, "service.ts"))) {
  const names = readdirSync(import.meta.dirname, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name);
  console.error(`Which example? npm run example -- ${names.join(" | ")}`);
  process.exit(2);
}

const root = join(import.meta.dirname, "..");
const load = join(folder, "load.ts");
if (existsSync(load)) run(load);
run(join(root, "bin/concordat.js"), "dev", folder, ...rest);

function run(...args: readonly string[]): void {
  const { status } = spawnSync(process.execPath, ["--conditions=source", ...args], { stdio: "inherit" });
  if (status !== 0) process.exit(status ?? 1);
}
