import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const MAIN = join(ROOT, "bin/concordat.js");
const SERVICE = join(ROOT, "examples/clinic");
const PROBE = new URL("probe.mjs", import.meta.url).href;
const START_MS = 120_000;

/** A clinic that serves, started as users start it. */
export interface RunningClinic {
  readonly url: string;
  readonly adminKey: string;
  /** Resident memory of the process that serves, in megabytes of 1,000,000 bytes; from /proc. */
  residentMegabytes(): number;
  /** Resident memory of the process that watches the files; undefined where there is none. */
  watcherMegabytes(): number | undefined;
  /** Heap in use after two garbage collections, in megabytes. */
  heapMegabytes(): Promise<number>;
  close(): Promise<void>;
}

/** `concordat serve` on PostgreSQL, after `concordat dev` has made tables and demo data in its database. */
export async function serveOnPostgres(databaseUrl: string): Promise<RunningClinic> {
  const folder = mkdtempSync(join(tmpdir(), "concordat-bench-memory-"));
  const first = await start(["dev", SERVICE], folder, databaseUrl);
  await first.end();
  const clinic = await start(["serve", SERVICE], folder, databaseUrl);
  return running(clinic, folder, clinic.process.pid ?? 0);
}

/** `concordat dev` on PGlite: one process watches, the other serves. */
export async function devOnPglite(): Promise<RunningClinic> {
  const folder = mkdtempSync(join(tmpdir(), "concordat-bench-memory-"));
  const clinic = await start(["dev", SERVICE], folder, undefined);
  const watcher = clinic.process.pid ?? 0;
  const [serving] = readFileSync(`/proc/${watcher}/task/${watcher}/children`, "utf8").trim().split(" ");
  return running(clinic, folder, Number(serving), watcher);
}

interface Started {
  readonly process: ChildProcess;
  readonly url: string;
  end(): Promise<void>;
}

/** Nothing is added to what users run but the probe, which sleeps. */
async function start(
  args: readonly string[],
  cwd: string,
  databaseUrl: string | undefined,
): Promise<Started> {
  const { DATABASE_URL: _url, ...env } = process.env;
  const child = spawn(process.execPath, [MAIN, ...args, "--port", "0", "--host", "127.0.0.1"], {
    cwd,
    stdio: ["ignore", "pipe", "inherit"],
    env: {
      ...env,
      ...(databaseUrl === undefined ? {} : { DATABASE_URL: databaseUrl }),
      NODE_OPTIONS: `--import=${PROBE}`,
      BENCH_PROBE: join(cwd, "heap"),
    },
  });
  let text = "";
  child.stdout.setEncoding("utf8");
  const url = await new Promise<string>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`The clinic did not start: ${text}`)), START_MS);
    child.once("exit", () => reject(new Error(`The clinic ended: ${text}`)));
    // Read to the end, as whoever keeps the access log does; kept only until the address is known.
    child.stdout.on("data", (part: string) => {
      if (text.length < 100_000) text += part;
      const found = /(?:"url":"| on )(http:\/\/[\d.]+:\d+)/.exec(text);
      if (found?.[1] === undefined) return;
      clearTimeout(timer);
      resolve(found[1]);
    });
  });
  const end = async () => {
    const exit = once(child, "exit");
    child.kill("SIGTERM");
    await exit;
  };
  return { process: child, url, end };
}

function running(clinic: Started, folder: string, serving: number, watcher?: number): RunningClinic {
  const { apiKeys } = JSON.parse(readFileSync(join(folder, ".concordat/dev.json"), "utf8"));
  const probed = join(folder, "heap");
  return {
    url: clinic.url,
    adminKey: apiKeys.admin,
    residentMegabytes: () => residentOf(serving),
    watcherMegabytes: () => (watcher === undefined ? undefined : residentOf(watcher)),
    heapMegabytes: async () => {
      rmSync(probed, { force: true });
      process.kill(serving, "SIGUSR2");
      while (!existsSync(probed)) await sleep(50);
      return Number(readFileSync(probed, "utf8")) / 1e6;
    },
    close: async () => {
      await clinic.end();
      rmSync(folder, { recursive: true });
    },
  };
}

function residentOf(pid: number): number {
  const found = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, "utf8"));
  return (Number(found?.[1]) * 1024) / 1e6;
}
