/**
 * Starts the clinic once in memory, asks it for what is loaded by the first request for it, and stops it, so that all its
 * compiled code is in the cache (see bin/concordat.js) and the first `npm start` is as quick as all others. Run by
 * `npm install` in a checkout. Where it fails nothing is lost but that time, so it says nothing.
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
let told = "";
child.stdout.on("data", (text: Buffer) => {
  const known = told.length;
  told += text;
  const address = / on (http:\S+)/;
  const url = address.exec(told)?.[1];
  if (url !== undefined && !address.test(told.slice(0, known))) void ask(url).finally(() => child.kill());
});
child.once("close", () => {
  clearTimeout(patience);
  rmSync(cwd, { recursive: true, force: true });
});

async function ask(url: string): Promise<void> {
  const json = { "content-type": "application/json" };
  for (const path of ["/graphql?query=%7B__typename%7D", "/openapi.json", "/docs/errors", "/metrics"]) {
    await (await fetch(url + path)).arrayBuffer();
  }
  const rpc = { method: "POST", headers: json, body: "{}" };
  await (await fetch(`${url}/clinic.v2.ProviderService/ListProviders`, rpc)).arrayBuffer();
}
