/**
 * Interleaved bench of GET-by-id and list-of-20 against raw node:http, Fastify and Hono doing the same work.
 * Each server runs alone on core 0, the load on core 1, in rounds A B C D A B C D …; the figures are CPU microseconds
 * of the server per request (process.cpuUsage) and its ratio to raw node:http in the same round, then requests per
 * second. POSTs are measured against raw alone, which for one without a key is a single insert, and against raw with that
 * insert in a transaction. Raw results go to bench/results.
 * `--rounds N --seconds N --json --servers raw,concordat --tasks PostgreSQL` (tasks whose name holds the word).
 */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { parseArgs } from "node:util";
import autocannon from "autocannon";
import { FLAGS, SETTINGS } from "../bin/memory.js";
import { prepareDatabase } from "./prepare.ts";
import { ask, type BenchAnswer, difference } from "./same-answers.ts";
import { MEMORY_ID } from "./servers/shared.ts";

const { values: options } = parseArgs({
  options: {
    rounds: { type: "string", default: "5" },
    seconds: { type: "string", default: "4" },
    json: { type: "boolean", default: false },
    servers: { type: "string", default: "raw,transaction,concordat,fastify,hono" },
    tasks: { type: "string", default: "" },
  },
});

/** `transaction` is raw with BEGIN and COMMIT around an insert without a key. */
const SERVERS = ["raw", "transaction", "concordat", "fastify", "hono"] as const;
type ServerName = (typeof SERVERS)[number];
const servers = SERVERS.filter((name) => options.servers.split(",").includes(name));

/** What is asked of the servers. */
interface Task {
  readonly name: string;
  readonly path: string;
  /** Inserts a row: with a new idempotency key each time, or without one. */
  readonly post?: "keyed" | "plain";
}

interface Sample {
  readonly server: ServerName;
  readonly task: string;
  readonly round: number;
  readonly cpuMicrosPerRequest: number;
  readonly requestsPerSecond: number;
  readonly p99Millis: number;
  readonly failed: number;
  readonly rssMegabytes: number;
}

// Server and load on a core each, where the system can pin processes; elsewhere they share what there is.
const pinned = spawnSync("taskset", ["-cp", "1", String(process.pid)]).status === 0;
const database = await prepareDatabase();
const all: readonly Task[] = [
  { name: "get, in memory", path: `/v1/memories/${MEMORY_ID}` },
  { name: "get one row, PostgreSQL", path: `/v1/widgets/${database.widgetId}` },
  { name: "list 20 rows, PostgreSQL", path: "/v1/widgets?limit=20" },
  { name: "POST without a key, PostgreSQL", path: "/v1/widgets", post: "plain" },
  { name: "POST with a key, PostgreSQL", path: "/v1/widgets", post: "keyed" },
];
const tasks = all.filter(({ name }) => name.includes(options.tasks));
const BODY = JSON.stringify({
  name: "Left-handed screwdriver",
  description: "A widget that is inserted, so that the path of a command through the server is measured.",
  price: "12.50",
  quantity: 42,
  active: true,
});
let keys = 0;

const samples: Sample[] = [];
try {
  await checkAnswers();
  for (let round = 0; round < Number(options.rounds); round++) {
    for (const server of servers) {
      const child = await start(server);
      try {
        for (const task of tasks)
          if (offers(server, task)) samples.push(await measure(child, server, task, round));
      } finally {
        child.process.send("stop");
        await once(child.process, "exit");
      }
    }
  }
} finally {
  await database.drop();
}

const report = {
  date: new Date().toISOString(),
  node: process.version,
  cpu: cpus()[0]?.model,
  pinned,
  rounds: samples,
};
mkdirSync(new URL("results/", import.meta.url), { recursive: true });
writeFileSync(new URL("results/requests.json", import.meta.url), `${JSON.stringify(report, null, 1)}\n`);
if (options.json) console.log(JSON.stringify(report));
else printTable(samples);

/** What is compared must be the same: status, headers and body of every read; a wrong key is refused by all but raw. */
async function checkAnswers(): Promise<void> {
  const firsts = new Map<string, BenchAnswer>();
  const wrongKey = `${database.apiKey.slice(0, -1)}_`;
  const compared = servers.filter((name) => name !== "raw" && name !== "transaction");
  for (const server of ["raw", ...compared] as const) {
    const child = await start(server);
    for (const { name, path, post } of tasks) {
      if (post !== undefined) continue;
      const answer = await ask(child.port, path, database.apiKey);
      const first = firsts.get(name) ?? answer;
      firsts.set(name, first);
      const found = difference(first, answer);
      if (found !== undefined) throw new Error(`${server}, ${name}: other ${found}`);
      if (server === "raw") continue;
      const { status } = await ask(child.port, path, wrongKey);
      if (status !== 401) throw new Error(`${server}, ${name}: ${status} with a wrong key`);
    }
    child.process.send("stop");
    await once(child.process, "exit");
  }
}

/** Fastify and Hono are compared by their reads. */
function offers(server: ServerName, { post }: Task): boolean {
  if (server === "transaction") return post === "plain";
  return post === undefined || server === "raw" || server === "concordat";
}

interface Running {
  readonly process: ChildProcess;
  readonly port: number;
}

async function start(server: ServerName): Promise<Running> {
  const name = server === "transaction" ? "raw" : server;
  const file = new URL(`servers/${name}.ts`, import.meta.url).pathname;
  // As `concordat serve` starts itself.
  const [flags, settings] = server === "concordat" ? [FLAGS, SETTINGS] : [[], {}];
  const pin = pinned ? ["taskset", "-c", "0"] : [];
  const command = [...pin, process.execPath, ...flags, "--conditions=source", file];
  const child = spawn(command[0]!, command.slice(1), {
    stdio: ["ignore", "ignore", "inherit", "ipc"],
    env: {
      ...settings,
      ...process.env,
      BENCH_DATABASE_URL: database.url,
      BENCH_API_KEY: database.apiKey,
      NODE_ENV: "production",
      ...(server === "transaction" ? { BENCH_TRANSACTION: "1" } : {}),
    },
  });
  const [message] = (await once(child, "message")) as [{ port: number }];
  return { process: child, port: message.port };
}

async function measure(child: Running, server: ServerName, task: Task, round: number): Promise<Sample> {
  const load = {
    url: `http://127.0.0.1:${child.port}${task.path}`,
    connections: 32,
    headers: { authorization: `Bearer ${database.apiKey}` },
    ...(task.post === undefined ? {} : postOf(task.post)),
  };
  await autocannon({ ...load, duration: 1 });
  const before = await usage(child.process);
  const result = await autocannon({ ...load, duration: Number(options.seconds) });
  const after = await usage(child.process);
  const cpu = after.cpu.user + after.cpu.system - before.cpu.user - before.cpu.system;
  const done = result["2xx"];
  if (done === 0 || result.non2xx > 0)
    throw new Error(`${server}, ${task.name}: ${result.non2xx} answers were not 2xx`);
  return {
    server,
    task: task.name,
    round,
    cpuMicrosPerRequest: cpu / done,
    requestsPerSecond: done / result.duration,
    p99Millis: result.latency.p99,
    failed: result.errors + result.non2xx,
    rssMegabytes: after.rss / 1e6,
  };
}

/** Inserts with a fixed body; every keyed one has a key of its own. */
function postOf(post: "keyed" | "plain"): Pick<autocannon.Options, "requests"> {
  const headers = { authorization: `Bearer ${database.apiKey}`, "content-type": "application/json" };
  const request: autocannon.Request = { method: "POST", body: BODY, headers };
  if (post === "plain") return { requests: [request] };
  return {
    requests: [
      {
        ...request,
        setupRequest: (one) => ({
          ...one,
          headers: { ...headers, "idempotency-key": `bench-${process.pid}-${++keys}` },
        }),
      },
    ],
  };
}

async function usage(child: ChildProcess): Promise<{ cpu: NodeJS.CpuUsage; rss: number }> {
  const answer = once(child, "message");
  child.send("cpu");
  const [message] = (await answer) as [{ cpu: NodeJS.CpuUsage; rss: number }];
  return message;
}

function printTable(taken: readonly Sample[]): void {
  for (const { name } of tasks) {
    console.log(`\n${name}`);
    console.log(
      "  server      CPU µs/request (median)   ratio to raw (median of rounds)   requests/s   (to raw)  (to a transaction)   p99 ms   RSS MB",
    );
    for (const server of servers) {
      const own = taken.filter((sample) => sample.task === name && sample.server === server);
      if (own.length === 0) continue;
      const ratios = own.map(
        (sample) =>
          sample.cpuMicrosPerRequest / (same(taken, sample, "raw")?.cpuMicrosPerRequest ?? Number.NaN),
      );
      const speeds = (other: ServerName) =>
        own.map(
          (sample) =>
            sample.requestsPerSecond / (same(taken, sample, other)?.requestsPerSecond ?? Number.NaN),
        );
      const toTransaction = median(speeds("transaction"));
      console.log(
        `  ${server.padEnd(11)} ${median(own.map((s) => s.cpuMicrosPerRequest))
          .toFixed(1)
          .padStart(12)} ${median(ratios).toFixed(2).padStart(26)} ${median(
          own.map((s) => s.requestsPerSecond),
        )
          .toFixed(0)
          .padStart(26)} ${median(speeds("raw")).toFixed(2).padStart(10)} ${(
          Number.isNaN(toTransaction) ? "" : toTransaction.toFixed(2)
        ).padStart(19)} ${median(own.map((s) => s.p99Millis))
          .toFixed(1)
          .padStart(8)} ${median(own.map((s) => s.rssMegabytes))
          .toFixed(0)
          .padStart(8)}`,
      );
    }
  }
}

/** What another server did of the same task in the same round. */
function same(taken: readonly Sample[], { task, round }: Sample, server: ServerName): Sample | undefined {
  return taken.find((other) => other.server === server && other.task === task && other.round === round);
}

function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
