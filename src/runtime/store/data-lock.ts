import { randomUUID } from "node:crypto";
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { UsageError } from "../../base/errors/index.ts";

/** Who holds a data folder. */
interface Holder {
  readonly pid: number;
  /** When that process began, where the system tells: a process id may be given out again. */
  readonly startedAt: string | undefined;
  readonly token: string;
}

/**
 * Takes the lock file of a data folder and returns what releases it. PGlite itself does not notice a second process on
 * its files, which would destroy them. A holder that has died is succeeded. Throws UsageError if another one lives.
 */
export function lockDataDir(dataDir: string): () => void {
  const path = `${dataDir}.lock`;
  mkdirSync(dirname(path), { recursive: true });
  const own: Holder = { pid: process.pid, startedAt: startOf(process.pid), token: randomUUID() };
  for (let attempt = 0; attempt < 5; attempt++) {
    if (create(path, own)) return () => release(path, own);
    const holder = read(path);
    if (holder && isAlive(holder)) throw inUse(dataDir, holder.pid);
    discard(path, holder);
  }
  throw inUse(dataDir, undefined);
}

function create(path: string, holder: Holder): boolean {
  try {
    writeFileSync(path, JSON.stringify(holder), { flag: "wx" });
    return true;
  } catch (error) {
    if (hasCode(error, "EEXIST")) return false;
    throw error;
  }
}

/** Removes the lock of a dead holder, but not one that somebody took in the meantime: it is moved aside first and looked at. */
function discard(path: string, dead: Holder | undefined): void {
  const aside = `${path}.${randomUUID()}`;
  try {
    renameSync(path, aside);
  } catch {
    return;
  }
  const moved = read(aside);
  if (moved?.token === dead?.token || !moved) rmSync(aside, { force: true });
  else renameSync(aside, path);
}

function release(path: string, own: Holder): void {
  if (read(path)?.token === own.token) rmSync(path, { force: true });
}

function read(path: string): Holder | undefined {
  try {
    const holder: Partial<Holder> = JSON.parse(readFileSync(path, "utf8"));
    const { pid, startedAt, token } = holder;
    return typeof pid === "number" && typeof token === "string" ? { pid, startedAt, token } : undefined;
  } catch {
    // Half-written by a process that died, or just removed.
    return undefined;
  }
}

function isAlive(holder: Holder): boolean {
  try {
    process.kill(holder.pid, 0);
  } catch (error) {
    if (hasCode(error, "ESRCH")) return false;
  }
  return holder.startedAt === undefined || startOf(holder.pid) === holder.startedAt;
}

/** Start time of a process from /proc (field 22 of stat, after the name in parentheses), together with the boot's id. */
function startOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    const boot = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
    return `${boot} ${stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19]}`;
  } catch {
    return undefined;
  }
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}

function inUse(dataDir: string, pid: number | undefined): UsageError {
  return new UsageError({
    place: `data folder ${dataDir}`,
    expected: "one that no other process uses",
    found: pid === undefined ? "one that other processes keep taking" : `process ${pid} using it`,
    fix: "stop that process, choose another data folder, or set DATABASE_URL to share one PostgreSQL",
  });
}
