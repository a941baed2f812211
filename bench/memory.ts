/**
 * Memory of the bench's service under load: the heap after garbage collection, after 10,000 requests and again after
 * 100,000 more of each kind; it must not have grown. `--json`.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import autocannon from "autocannon";
import { prepareDatabase } from "./prepare.ts";
import { MEMORY_ID } from "./servers/shared.ts";

const { values: options } = parseArgs({ options: { json: { type: "boolean", default: false } } });
const WARM_UP = 10_000;
const MEASURED = 100_000;
const ROOT = fileURLToPath(new URL("..", import.meta.url));

interface Heap {
  readonly task: string;
  readonly beforeMegabytes: number;
  readonly afterMegabytes: number;
}

const database = await prepareDatabase();
const heaps: Heap[] = [];
try {
  const child = spawn(
    process.execPath,
    ["--expose-gc", "--conditions=source", join(ROOT, "bench/servers/concordat.ts")],
    {
      stdio: ["ignore", "ignore", "inherit", "ipc"],
      env: { ...process.env, BENCH_DATABASE_URL: database.url, NODE_ENV: "production" },
    },
  );
  const [{ port }] = (await once(child, "message")) as [{ port: number }];
  for (const [task, path] of [
    ["get, in memory", `/v1/memories/${MEMORY_ID}`],
    ["get one row, PostgreSQL", `/v1/widgets/${database.widgetId}`],
    ["list 20 rows, PostgreSQL", "/v1/widgets?limit=20"],
    ["not found", "/v1/widgets/wid_00000000000000000000000000"],
  ] as const) {
    const url = `http://127.0.0.1:${port}${path}`;
    await load(url, database.apiKey, WARM_UP);
    const before = await heapOf(child);
    await load(url, database.apiKey, MEASURED);
    heaps.push({ task, beforeMegabytes: before, afterMegabytes: await heapOf(child) });
  }
  child.send("stop");
  await once(child, "exit");
} finally {
  await database.drop();
}

const report = { date: new Date().toISOString(), node: process.version, requests: MEASURED, heaps };
mkdirSync(new URL("results/", import.meta.url), { recursive: true });
writeFileSync(new URL("results/memory.json", import.meta.url), `${JSON.stringify(report, null, 1)}\n`);
if (options.json) console.log(JSON.stringify(report));
else {
  console.log(`heap after garbage collection, after ${WARM_UP} requests and after ${MEASURED} more`);
  for (const { task, beforeMegabytes, afterMegabytes } of heaps) {
    console.log(
      `  ${task.padEnd(26)} ${beforeMegabytes.toFixed(2).padStart(7)} MB ${afterMegabytes.toFixed(2).padStart(7)} MB`,
    );
  }
}

async function load(url: string, apiKey: string, amount: number): Promise<void> {
  await autocannon({ url, amount, connections: 32, headers: { authorization: `Bearer ${apiKey}` } });
}

async function heapOf(child: ChildProcess): Promise<number> {
  const answer = once(child, "message");
  child.send("heap");
  const [message] = (await answer) as [{ heapUsed: number }];
  return message.heapUsed / 1e6;
}
