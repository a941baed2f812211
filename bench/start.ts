/**
 * Starts a server of 3,000 operations on PostgreSQL, its tables there already, and times it from the birth of the process
 * to the first answer; then matches the first and the last of its routes, to show that routing takes constant time.
 * `--rounds N --json`.
 */
import { spawn, spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdirSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { api, compile } from "concordat";
import postgres from "postgres";
import { openStore } from "../src/runtime/store/index.ts";
import { createRoutes } from "../src/wire/rest/index.ts";
import { large } from "./large.ts";

const { values: options } = parseArgs({
  options: { rounds: { type: "string", default: "5" }, json: { type: "boolean", default: false } },
});

const ADMIN_URL = process.env.TEST_DATABASE_URL ?? "postgres://postgres@127.0.0.1:5432/test";
const name = `concordat_bench_${randomBytes(4).toString("hex")}`;
const admin = postgres(ADMIN_URL, { max: 1, onnotice: () => {} });
await admin.unsafe(`create database ${name}`);
const url = new URL(ADMIN_URL);
url.pathname = `/${name}`;

// The package as users get it: compiled, so that no start pays for stripping types.
const built = spawnSync("npm", ["run", "--silent", "build"], { stdio: "inherit" });
if (built.status !== 0) process.exit(1);

const model = compile(large);
const starts: { readonly millis: number; readonly cpuMillis: number }[] = [];
try {
  const store = await openStore(model, { databaseUrl: url.href });
  await store.migrations.applyModel();
  await store.close();
  for (let round = 0; round < Number(options.rounds); round++) starts.push(await start());
} finally {
  await admin.unsafe(`drop database ${name} with (force)`);
  await admin.end();
}

const small = compile(
  api("small", { versions: { v1: "2026-11-01" }, resources: large.options.resources.slice(0, 2) }),
);
const routing = {
  "of 12 operations": nanosPerMatch(small, "/v1/thing0s/t0_01arz3ndektsv4rrffq69g5fav"),
  "of 3,000, the first": nanosPerMatch(model, "/v1/thing0s/t0_01arz3ndektsv4rrffq69g5fav"),
  "of 3,000, the last": nanosPerMatch(model, "/v1/thing499s/t499_01arz3ndektsv4rrffq69g5fav/open"),
};

const report = {
  date: new Date().toISOString(),
  operations: Object.keys(model.operations).length,
  starts,
  nanosPerMatch: routing,
};
mkdirSync(new URL("results/", import.meta.url), { recursive: true });
writeFileSync(new URL("results/start.json", import.meta.url), `${JSON.stringify(report, null, 1)}\n`);
if (options.json) console.log(JSON.stringify(report));
else {
  console.log(
    `\n${report.operations} operations on PostgreSQL, process start to first answer: ${starts.map(({ millis, cpuMillis }) => `${millis} ms (${cpuMillis} ms of CPU)`).join(", ")}`,
  );
  console.table(routing);
}

async function start(): Promise<(typeof starts)[number]> {
  const from = performance.now();
  const child = spawn(process.execPath, [new URL("servers/large.ts", import.meta.url).pathname], {
    env: { ...process.env, DATABASE_URL: url.href },
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
  const [port] = await once(child, "message");
  const response = await fetch(`http://127.0.0.1:${port}/v1/thing499s?limit=1`);
  if (response.status !== 200)
    throw new RangeError(`The first answer was ${response.status}: ${await response.text()}`);
  const millis = performance.now() - from;
  child.send("stop");
  const [cpuMillis] = await once(child, "message");
  await once(child, "exit");
  return { millis: Math.round(millis), cpuMillis };
}

function nanosPerMatch(of: typeof model, path: string): number {
  const routes = createRoutes(of);
  if (routes.match(path) === undefined) throw new RangeError(`No route matches ${path}.`);
  const rounds: number[] = [];
  for (let round = 0; round < 5; round++) {
    const from = performance.now();
    for (let index = 0; index < 200_000; index++) routes.match(path);
    rounds.push(((performance.now() - from) * 1e6) / 200_000);
  }
  return Math.round(Math.min(...rounds));
}
