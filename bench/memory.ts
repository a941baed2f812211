/**
 * Memory of the clinic as users start it: `concordat serve` on PostgreSQL and `concordat dev` on PGlite, from the sources
 * of a checkout. Resident memory at rest, under load (the median and the most of samples every 100 ms) and two seconds
 * after it; the heap after garbage collection before the load and after it, which must not have grown. REST comes from
 * autocannon over 32 connections, gRPC from h2load, 64 calls at a time on 4 connections. Linux only: read from /proc.
 * `--requests N` (100,000) of each kind, `--on postgres` or `--on pglite`, `--json`.
 */
import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import autocannon from "autocannon";
import postgres from "postgres";
import { devOnPglite, type RunningClinic, serveOnPostgres } from "./memory/clinic.ts";

const { values: options } = parseArgs({
  options: {
    requests: { type: "string", default: "100000" },
    on: { type: "string", default: "postgres,pglite" },
    json: { type: "boolean", default: false },
  },
});
const REQUESTS = Number(options.requests);
const WARM_UP = REQUESTS / 10;
const ADMIN_URL = process.env.TEST_DATABASE_URL ?? "postgres://postgres@127.0.0.1:5432/test";
/** A message of no bytes: nothing is asked of a list in particular. */
const EMPTY_MESSAGE = Buffer.alloc(5);

interface Measured {
  readonly database: "postgres" | "pglite";
  readonly load: string;
  readonly restMegabytes: number;
  readonly underLoadMegabytes: number;
  readonly mostMegabytes: number;
  readonly afterMegabytes: number;
  readonly heapBeforeMegabytes: number;
  readonly heapAfterMegabytes: number;
  readonly watcherMegabytes: number | undefined;
}

type Load = (clinic: RunningClinic, requests: number) => Promise<void>;

const LOADS: Readonly<Record<string, Load>> = {
  "REST, GET /v2/providers": (clinic, requests) => rest(clinic, requests, "/v2/providers", 200),
  "REST, not found": (clinic, requests) =>
    rest(clinic, requests, "/v2/providers/prv_00000000000000000000000000", 404),
  "gRPC, ListProviders": grpc,
};

const folder = mkdtempSync(join(tmpdir(), "concordat-bench-"));
const measured: Measured[] = [];
try {
  if (options.on.includes("postgres")) await onPostgres();
  if (options.on.includes("pglite")) await measure("pglite", await devOnPglite());
} finally {
  rmSync(folder, { recursive: true });
}

const report = {
  date: new Date().toISOString(),
  node: process.version,
  load: loadavg(),
  requests: REQUESTS,
  measured,
};
mkdirSync(new URL("results/", import.meta.url), { recursive: true });
writeFileSync(new URL("results/memory.json", import.meta.url), `${JSON.stringify(report, null, 1)}\n`);
if (options.json) console.log(JSON.stringify(report));
else print();

async function onPostgres(): Promise<void> {
  const name = `concordat_bench_${randomBytes(4).toString("hex")}`;
  const admin = postgres(ADMIN_URL, { max: 1, onnotice: () => {} });
  await admin.unsafe(`create database ${name}`);
  try {
    const url = new URL(ADMIN_URL);
    url.pathname = `/${name}`;
    await measure("postgres", await serveOnPostgres(url.href));
  } finally {
    await admin.unsafe(`drop database ${name} with (force)`);
    await admin.end();
  }
}

async function measure(database: Measured["database"], clinic: RunningClinic): Promise<void> {
  try {
    for (const [load, run] of Object.entries(LOADS)) {
      await sleep(2000);
      const restMegabytes = clinic.residentMegabytes();
      await run(clinic, WARM_UP);
      const heapBeforeMegabytes = await clinic.heapMegabytes();
      const samples: number[] = [];
      const sampling = setInterval(() => samples.push(clinic.residentMegabytes()), 100);
      await run(clinic, REQUESTS);
      clearInterval(sampling);
      await sleep(2000);
      const afterMegabytes = clinic.residentMegabytes();
      samples.sort((a, b) => a - b);
      measured.push({
        ...{ database, load, restMegabytes, heapBeforeMegabytes, afterMegabytes },
        underLoadMegabytes: samples[Math.floor(samples.length / 2)] ?? Number.NaN,
        mostMegabytes: samples.at(-1) ?? Number.NaN,
        heapAfterMegabytes: await clinic.heapMegabytes(),
        watcherMegabytes: clinic.watcherMegabytes(),
      });
    }
  } finally {
    await clinic.close();
  }
}

async function rest(clinic: RunningClinic, requests: number, path: string, status: number): Promise<void> {
  const { statusCodeStats = {}, errors } = await autocannon({
    url: clinic.url + path,
    ...{ amount: requests, connections: 32 },
    headers: { authorization: `Bearer ${clinic.adminKey}` },
  });
  const right = statusCodeStats[`${status}`]?.count ?? 0;
  if (right < requests || errors > 0) throw new Error(`${path}: ${right} of ${requests} were ${status}`);
}

async function grpc(clinic: RunningClinic, requests: number): Promise<void> {
  const message = join(folder, "message");
  writeFileSync(message, EMPTY_MESSAGE);
  const headers = [
    "content-type: application/grpc",
    "te: trailers",
    `authorization: Bearer ${clinic.adminKey}`,
  ];
  const child = spawn(
    "h2load",
    [
      ...["-n", String(requests), "-c", "4", "-m", "16", "-d", message],
      ...headers.flatMap((header) => ["-H", header]),
      `${clinic.url}/clinic.v2.ProviderService/ListProviders`,
    ],
    { stdio: ["ignore", "pipe", "inherit"] },
  );
  let text = "";
  child.stdout.setEncoding("utf8").on("data", (part: string) => {
    text += part;
  });
  await once(child, "close");
  // An error of gRPC is a 200 without a message.
  const bytes = Number(/\((\d+)\) data/.exec(text)?.[1]);
  if (!text.includes(`${requests} succeeded`) || !(bytes > requests * 100)) throw new Error(text);
}

function print(): void {
  console.log(
    `megabytes, ${REQUESTS} requests of each kind; the machine's load: ${loadavg()[1]?.toFixed(1)}`,
  );
  console.log(
    "                                  resident: at rest   under load   at most    after   heap: before    after",
  );
  for (const one of measured) {
    const { restMegabytes, underLoadMegabytes, mostMegabytes, afterMegabytes } = one;
    const resident = [restMegabytes, underLoadMegabytes, mostMegabytes, afterMegabytes];
    const heap = [one.heapBeforeMegabytes, one.heapAfterMegabytes];
    const watcher = one.watcherMegabytes === undefined ? "" : `   watcher ${one.watcherMegabytes.toFixed(0)}`;
    console.log(
      `  ${one.database.padEnd(9)} ${one.load.padEnd(28)} ${resident.map((each) => each.toFixed(0).padStart(10)).join("")} ${heap
        .map((each) => each.toFixed(2).padStart(11))
        .join("")}${watcher}`,
    );
  }
}
