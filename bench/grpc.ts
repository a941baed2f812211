/**
 * Interleaved bench of gRPC's unary call, a get of one row from memory: raw node:http2 (the floor: it looks at nothing
 * and sends bytes that lie ready), our transport alone and @grpc/grpc-js alone doing as little, then Concordat's whole
 * path (API key, validation, engine, codec, request id, log, metrics) and its peers doing the same work. Each server runs
 * alone on core 0, h2load on core 1; the figures are CPU microseconds of the server per call and the ratio to raw in the
 * same round. `--rounds N --calls N --servers raw,concordat --json`; raw results go to bench/results/grpc.json.
 */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:http2";
import { cpus, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { encodeRequest, frame, PATH } from "./grpc/shared.ts";
import { prepareDatabase } from "./prepare.ts";
import { MEMORY_ID } from "./servers/shared.ts";

const { values: options } = parseArgs({
  options: {
    rounds: { type: "string", default: "5" },
    calls: { type: "string", default: "30000" },
    servers: { type: "string" },
    json: { type: "boolean", default: false },
  },
});

/** What is compared: a file beside this one, and whether it does all that Concordat does. */
const SERVERS = {
  raw: { file: "grpc/raw", work: "none" },
  transport: { file: "grpc/transport", work: "none" },
  "grpc-js alone": { file: "grpc/grpc-js", work: "none" },
  concordat: { file: "servers/concordat", work: "whole" },
  "grpc-js": { file: "grpc/grpc-js", work: "whole" },
  "connect-node": { file: "grpc/connect-node", work: "whole" },
} as const;
type ServerName = keyof typeof SERVERS;

const names = (Object.keys(SERVERS) as ServerName[]).filter(
  (name) => options.servers === undefined || name === "raw" || options.servers.split(",").includes(name),
);
const pinned = spawnSync("taskset", ["-cp", "1", String(process.pid)]).status === 0;
const calls = Number(options.calls);

interface Sample {
  readonly server: ServerName;
  readonly round: number;
  readonly cpuMicrosPerCall: number;
  readonly callsPerSecond: number;
}

const database = await prepareDatabase(100);
const folder = mkdtempSync(join(tmpdir(), "concordat-bench-grpc-"));
const bodyFile = join(folder, "request.bin");
writeFileSync(bodyFile, frame(encodeRequest(MEMORY_ID)));
const samples: Sample[] = [];
/** The message that the first server answered with. */
let expected: Buffer | undefined;
try {
  for (let round = 0; round < Number(options.rounds); round++) {
    for (const name of names) samples.push(await measure(name, round));
  }
} finally {
  rmSync(folder, { recursive: true });
  await database.drop();
}
const report = {
  date: new Date().toISOString(),
  node: process.version,
  cpu: cpus()[0]?.model,
  load: loadavg(),
  pinned,
  rounds: samples,
};
mkdirSync(new URL("results/", import.meta.url), { recursive: true });
writeFileSync(new URL("results/grpc.json", import.meta.url), `${JSON.stringify(report, null, 1)}\n`);
if (options.json) console.log(JSON.stringify(report));
else printTable();

async function measure(name: ServerName, round: number): Promise<Sample> {
  const { file, work } = SERVERS[name];
  const path = new URL(`${file}.ts`, import.meta.url).pathname;
  const command = [...(pinned ? ["taskset", "-c", "0"] : []), process.execPath, "--conditions=source", path];
  const child = spawn(command[0]!, command.slice(1), {
    stdio: ["ignore", "ignore", "inherit", "ipc"],
    env: {
      ...process.env,
      BENCH_DATABASE_URL: database.url,
      BENCH_API_KEY: database.apiKey,
      BENCH_WORK: work,
      NODE_ENV: "production",
    },
  });
  try {
    const [{ port }] = (await once(child, "message")) as [{ port: number }];
    if (round === 0) await checkAnswers(port, name);
    load(port, 10_000);
    const before = await cpuOf(child);
    const callsPerSecond = load(port, calls);
    const cpu = (await cpuOf(child)) - before;
    return { server: name, round, cpuMicrosPerCall: cpu / calls, callsPerSecond };
  } finally {
    child.send("stop");
    await once(child, "exit");
  }
}

/** Calls as a gRPC client does, 64 at a time on 4 connections; throws where one is not answered well. */
function load(port: number, count: number): number {
  const header = (text: string) => ["-H", text];
  const { stdout } = spawnSync(
    "h2load",
    [
      ...["-n", String(count), "-c", "4", "-m", "16", "-d", bodyFile],
      ...header("content-type: application/grpc"),
      ...header("te: trailers"),
      ...header(`authorization: Bearer ${database.apiKey}`),
      `http://127.0.0.1:${port}${PATH}`,
    ],
    { encoding: "utf8" },
  );
  if (!stdout.includes(`${count} succeeded`)) throw new Error(stdout);
  return Number(/([\d.]+) req\/s/.exec(stdout)?.[1]);
}

/** What is compared must be the same message; who does the work refuses a wrong key. */
async function checkAnswers(port: number, name: ServerName): Promise<void> {
  const good = await ask(port, database.apiKey);
  expected ??= good.body;
  if (good.status !== "0" || !good.body.equals(expected)) throw new Error(`${name}: another message`);
  if (SERVERS[name].work === "none") return;
  const { status } = await ask(port, `${database.apiKey.slice(0, -1)}_`);
  if (status !== "16") throw new Error(`${name}: status ${status} with a wrong key`);
}

async function ask(port: number, key: string): Promise<{ readonly status: string; readonly body: Buffer }> {
  const session = connect(`http://127.0.0.1:${port}`);
  const stream = session.request({
    ":method": "POST",
    ":path": PATH,
    "content-type": "application/grpc",
    te: "trailers",
    authorization: `Bearer ${key}`,
  });
  stream.end(frame(encodeRequest(MEMORY_ID)));
  let status = "";
  const onHeaders = (headers: { readonly [name: string]: unknown }) => {
    status = String(headers["grpc-status"] ?? status);
  };
  stream.on("response", onHeaders).on("trailers", onHeaders);
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  session.close();
  return { status, body: Buffer.concat(chunks) };
}

async function cpuOf(child: ChildProcess): Promise<number> {
  const answer = once(child, "message");
  child.send("cpu");
  const [{ cpu }] = (await answer) as [{ cpu: NodeJS.CpuUsage }];
  return cpu.user + cpu.system;
}

function printTable(): void {
  console.log("  server          CPU µs/call (median)   least   ratio to raw (median of rounds)   calls/s");
  for (const name of names) {
    const own = samples.filter(({ server }) => server === name);
    const ratios = own.map(({ round, cpuMicrosPerCall }) => {
      const raw = samples.find((other) => other.server === "raw" && other.round === round);
      return cpuMicrosPerCall / (raw?.cpuMicrosPerCall ?? Number.NaN);
    });
    const micros = own.map(({ cpuMicrosPerCall }) => cpuMicrosPerCall);
    console.log(
      `  ${name.padEnd(14)} ${median(micros).toFixed(1).padStart(12)} ${Math.min(...micros)
        .toFixed(1)
        .padStart(16)} ${median(ratios).toFixed(2).padStart(20)} ${median(
        own.map(({ callsPerSecond }) => callsPerSecond),
      )
        .toFixed(0)
        .padStart(25)}`,
    );
  }
}

function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
