import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { formatLock, LOCK_FILE, type Lock, parseLock } from "../../contract/evolve/index.ts";
import { environmentFailure } from "./failure.ts";

/** The lock of a contract: the file beside it, and what the file holds. */
export interface LockFile {
  readonly path: string;
  /** Undefined where there is no file yet. */
  readonly lock: Lock | undefined;
  /** Writes another lock; returns whether the file has changed. */
  write(lock: Lock): boolean;
}

/** Reads the lock beside a service or contract. Throws a UsageError for a file that is no lock. */
export function openLockFile(contractPath: string, cwd: string): LockFile {
  const path = join(dirname(contractPath), LOCK_FILE);
  const place = relative(cwd, path);
  const text = readIfThere(path, place);
  return {
    path,
    lock: text === undefined ? undefined : parseLock(text, place),
    write(lock) {
      const next = formatLock(lock);
      if (next === text) return false;
      try {
        writeFileSync(path, next);
      } catch (error) {
        throw environmentFailure(`cannot write ${place}`, "make its folder writable", error);
      }
      return true;
    },
  };
}

function readIfThere(path: string, place: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw environmentFailure(`cannot read ${place}`, "make it a file that this user can read", error);
  }
}
