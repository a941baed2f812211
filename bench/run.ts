/**
 * Interleaved bench of GET-by-id and list-of-20 against raw node:http, Fastify and Hono doing the same work.
 * Each server runs alone on core 0, the load on core 1, in rounds A B C D A B C D …; the figures are CPU microseconds
 * of the server per request (process.cpuUsage) and its ratio to raw node:http in the same round, then requests per
 * second. Raw results go to bench/results. `--rounds N --seconds N --json`.
 */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { parseArgs } from "node:util";
import autocannon from "autocannon";
import { prepareDatabase } from "./prepare.ts";
import { MEMORY_ID } from "./servers/shared.ts";

const { values: options } = parseArgs({
  options: {
    rounds: { type: "string", default: "5" },
    seconds: { type: "string", default: "4" },
    json: { type: "boolean", default: false },
  },
});

const SERVERS = ["raw", "concordat", "fastify", "hono"] as const;
type ServerName = (typeof SERVERS)[number];

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
const tasks: Record<string, string> = {
  "get, in memory": `/v1/memories/${MEMORY_ID}`,
  "get one row, PostgreSQL": `/v1/widgets/${database.widgetId}`,
  "list 20 rows, PostgreSQL": "/v1/widgets?limit=20",
};

const samples: Sample[] = [];
try {
  for (let round = 0; round < Number(options.rounds); round++) {
    for (const server of SERVERS) {
      const child = await start(server);
      try {
        for (const [task, path] of Object.entries(tasks))
          samples.push(await measure(child, server, task, path, round));
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

interface Running {
  readonly process: ChildProcess;
  readonly port: number;
}

async function start(server: ServerName): Promise<Running> {
  const file = new URL(`servers/${server}.ts`, import.meta.url).pathname;
  const command = [...(pinned ? ["taskset", "-c", "0"] : []), process.execPath, "--conditions=source", file];
  const child = spawn(command[0]!, command.slice(1), {
    stdio: ["ignore", "inherit", "inherit", "ipc"],
    env: {
      ...process.env,
      BENCH_DATABASE_URL: database.url,
      BENCH_API_KEY: database.apiKey,
      NODE_ENV: "production",
    },
  });
  const [message] = (await once(child, "message")) as [{ port: number }];
  return { process: child, port: message.port };
}

async function measure(
  child: Running,
  server: ServerName,
  task: string,
  path: string,
  round: number,
): Promise<Sample> {
  const load = {
    url: `http://127.0.0.1:${child.port}${path}`,
    connections: 32,
    headers: { authorization: `Bearer ${database.apiKey}` },
  };
  await autocannon({ ...load, duration: 1 });
  const before = await usage(child.process);
  const result = await autocannon({ ...load, duration: Number(options.seconds) });
  const after = await usage(child.process);
  const cpu = after.cpu.user + after.cpu.system - before.cpu.user - before.cpu.system;
  const done = result["2xx"];
  if (done === 0 || result.non2xx > 0)
    throw new Error(`${server} ${task}: ${result.non2xx} answers were not 2xx`);
  return {
    server,
    task,
    round,
    cpuMicrosPerRequest: cpu / done,
    requestsPerSecond: done / result.duration,
    p99Millis: result.latency.p99,
    failed: result.errors + result.non2xx,
    rssMegabytes: after.rss / 1e6,
  };
}

async function usage(child: ChildProcess): Promise<{ cpu: NodeJS.CpuUsage; rss: number }> {
  const answer = once(child, "message");
  child.send("cpu");
  const [message] = (await answer) as [{ cpu: NodeJS.CpuUsage; rss: number }];
  return message;
}

function printTable(all: readonly Sample[]): void {
  for (const task of Object.keys(tasks)) {
    console.log(`\n${task}`);
    console.log(
      "  server      CPU µs/request (median)   ratio to raw (median of rounds)   requests/s   p99 ms   RSS MB",
    );
    for (const server of SERVERS) {
      const own = all.filter((sample) => sample.task === task && sample.server === server);
      const ratios = own.map((sample) => sample.cpuMicrosPerRequest / raw(all, sample));
      console.log(
        `  ${server.padEnd(10)} ${median(own.map((s) => s.cpuMicrosPerRequest))
          .toFixed(1)
          .padStart(12)} ${median(ratios).toFixed(2).padStart(26)} ${median(
          own.map((s) => s.requestsPerSecond),
        )
          .toFixed(0)
          .padStart(26)} ${median(own.map((s) => s.p99Millis))
          .toFixed(1)
          .padStart(8)} ${median(own.map((s) => s.rssMegabytes))
          .toFixed(0)
          .padStart(8)}`,
      );
    }
  }
}

function raw(all: readonly Sample[], sample: Sample): number {
  const floor = all.find(
    (other) => other.server === "raw" && other.task === sample.task && other.round === sample.round,
  );
  return floor?.cpuMicrosPerRequest ?? Number.NaN;
}

function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
