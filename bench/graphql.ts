/**
 * Interleaved bench of GraphQL: the 20 largest cities, each with its country, in memory and from PostgreSQL, against
 * mercurius with JIT, graphql-yoga and Apollo Server. Each server runs alone on core 0, the load on core 1, in rounds
 * A B C D A B C D …; the figures are CPU microseconds of the server per request (process.cpuUsage) and its ratio to
 * Concordat's in the same round, then requests per second. Raw results go to bench/results.
 * `--rounds N --seconds N --json --servers concordat,mercurius --sources memory`.
 */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, writeFileSync } from "node:fs";
import { cpus, loadavg } from "node:os";
import { isDeepStrictEqual, parseArgs } from "node:util";
import autocannon from "autocannon";
import { FLAGS, SETTINGS } from "../bin/memory.js";
import { QUERY } from "./graphql/fixture.ts";
import { prepareAtlas } from "./graphql/prepare.ts";

const SERVERS = ["concordat", "mercurius", "mercurius-loaders", "yoga", "apollo"] as const;
type ServerName = (typeof SERVERS)[number];

const { values: options } = parseArgs({
  options: {
    rounds: { type: "string", default: "5" },
    seconds: { type: "string", default: "4" },
    json: { type: "boolean", default: false },
    servers: { type: "string", default: SERVERS.join(",") },
    sources: { type: "string", default: "memory,PostgreSQL" },
  },
});
const servers = SERVERS.filter((name) => options.servers.split(",").includes(name));
const sources = options.sources.split(",");

interface Sample {
  readonly server: ServerName;
  readonly source: string;
  readonly round: number;
  readonly cpuMicrosPerRequest: number;
  readonly requestsPerSecond: number;
  readonly p99Millis: number;
  readonly rssMegabytes: number;
}

// Server and load on a core each, where the system can pin processes; elsewhere they share what there is.
const pinned = spawnSync("taskset", ["-cp", "1", String(process.pid)]).status === 0;
const body = JSON.stringify({ query: QUERY });
const headers = { "content-type": "application/json", accept: "application/json" };
const database = await prepareAtlas();
const samples: Sample[] = [];
const load = loadavg()[0];
try {
  for (let round = 0; round < Number(options.rounds); round++) {
    for (const source of sources) {
      const first: unknown[] = [];
      for (const server of servers) {
        // From a database mercurius has its loaders anyway.
        if (source !== "memory" && server === "mercurius-loaders") continue;
        const child = await start(server, source);
        try {
          await check(child, server, first);
          samples.push(await measure(child, { server, source, round }));
        } finally {
          child.process.send("stop");
          await once(child.process, "exit");
        }
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
  loadAverageBefore: load,
  rounds: samples,
};
mkdirSync(new URL("results/", import.meta.url), { recursive: true });
writeFileSync(new URL("results/graphql.json", import.meta.url), `${JSON.stringify(report, null, 1)}\n`);
if (options.json) console.log(JSON.stringify(report));
else printTables();

interface Running {
  readonly process: ChildProcess;
  readonly url: string;
}

async function start(server: ServerName, source: string): Promise<Running> {
  const [name = "", variant = ""] = server.split("-");
  const file = new URL(`graphql/${name}.ts`, import.meta.url).pathname;
  // As `concordat serve` starts it.
  const [flags, settings] = server === "concordat" ? [FLAGS, SETTINGS] : [[], {}];
  const pin = pinned ? ["taskset", "-c", "0"] : [];
  const command = [...pin, process.execPath, ...flags, "--conditions=source", file];
  const child = spawn(command[0]!, command.slice(1), {
    stdio: ["ignore", "ignore", "inherit", "ipc"],
    env: {
      ...settings,
      ...process.env,
      BENCH_SOURCE: source === "memory" ? source : database.url,
      BENCH_VARIANT: variant,
      NODE_ENV: "production",
    },
  });
  const [message] = (await once(child, "message")) as [{ port: number }];
  return { process: child, url: `http://127.0.0.1:${message.port}/graphql` };
}

/** Work is compared only where the answers are the same. */
async function check({ url }: Running, server: ServerName, first: unknown[]): Promise<void> {
  const response = await fetch(url, { method: "POST", headers, body });
  const answer: unknown = await response.json();
  const cities = Object(answer).data?.cities?.nodes;
  if (first.push(answer) === 1 ? cities?.length === 20 : isDeepStrictEqual(first[0], answer)) return;
  throw new RangeError(
    `${server} answers otherwise: ${response.status} ${JSON.stringify(answer).slice(0, 300)}`,
  );
}

async function measure(child: Running, about: Pick<Sample, "server" | "source" | "round">): Promise<Sample> {
  const request = { url: child.url, connections: 32, method: "POST", headers, body } as const;
  await autocannon({ ...request, duration: 2 });
  const before = await usage(child.process);
  const result = await autocannon({ ...request, duration: Number(options.seconds) });
  const after = await usage(child.process);
  const cpu = after.cpu.user + after.cpu.system - before.cpu.user - before.cpu.system;
  const done = result["2xx"];
  if (done === 0 || result.non2xx > 0) throw new RangeError(`${about.server}: ${result.non2xx} were not 2xx`);
  return {
    ...about,
    cpuMicrosPerRequest: cpu / done,
    requestsPerSecond: done / result.duration,
    p99Millis: result.latency.p99,
    rssMegabytes: after.rss / 1e6,
  };
}

async function usage(child: ChildProcess): Promise<{ cpu: NodeJS.CpuUsage; rss: number }> {
  const answer = once(child, "message");
  child.send("cpu");
  const [message] = (await answer) as [{ cpu: NodeJS.CpuUsage; rss: number }];
  return message;
}

function printTables(): void {
  for (const source of sources) {
    console.log(`\n20 cities with their countries, ${source}`);
    console.log("  server              CPU µs/request   to concordat   requests/s   p99 ms   RSS MB");
    for (const server of servers) {
      const own = samples.filter((sample) => sample.source === source && sample.server === server);
      if (own.length === 0) continue;
      const ratios = own.map((sample) => sample.cpuMicrosPerRequest / concordatOf(sample));
      const columns = [
        median(own.map((sample) => sample.cpuMicrosPerRequest))
          .toFixed(1)
          .padStart(14),
        `${median(ratios).toFixed(2)} ×`.padStart(14),
        median(own.map((sample) => sample.requestsPerSecond))
          .toFixed(0)
          .padStart(12),
        median(own.map((sample) => sample.p99Millis))
          .toFixed(1)
          .padStart(8),
        median(own.map((sample) => sample.rssMegabytes))
          .toFixed(0)
          .padStart(8),
      ];
      console.log(`  ${server.padEnd(18)} ${columns.join(" ")}`);
    }
  }
}

/** What Concordat took of the same work in the same round. */
function concordatOf({ source, round }: Sample): number {
  const same = samples.find(
    (sample) => sample.server === "concordat" && sample.source === source && sample.round === round,
  );
  return same?.cpuMicrosPerRequest ?? Number.NaN;
}

function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
