import { setTimeout as sleep } from "node:timers/promises";
import { type Mistake, UsageError } from "../../../base/errors/index.ts";
import { timestampFromMs } from "../../../base/lib/index.ts";
import { type Connection, DatabaseError } from "../driver.ts";
import { timestampFromSql } from "../values.ts";
import type { MigrationFile } from "./files.ts";
import { splitSql } from "./split-sql.ts";

/** A file that a database has seen. */
export interface AppliedMigration {
  readonly number: number;
  readonly name: string;
  readonly checksum: string;
  readonly appliedAt: string;
}

/** How files are applied. */
export interface ApplyOptions {
  /** Milliseconds to wait for another process that is applying. Default 60,000. */
  readonly leaderTimeoutMs?: number;
  /** Milliseconds a statement may wait for a table's lock while others wait behind it. Default 5,000. */
  readonly lockTimeoutMs?: number;
}

// Tries of a statement that did not get its lock: traffic goes on in the pauses between them.
const LOCK_TRIES = 6;
const LOCK_PAUSE_MS = 500;

/** Files recorded in `concordat.migrations`, by number. */
export async function readApplied(connection: Connection): Promise<readonly AppliedMigration[]> {
  const text = "select number, name, checksum, applied_at from concordat.migrations order by number";
  const { rows } = await connection.query(text, [], false);
  return rows.map(([number, name, checksum, appliedAt]) => ({
    number: Number(number),
    name: name ?? "",
    checksum: checksum ?? "",
    appliedAt: timestampFromSql(appliedAt ?? ""),
  }));
}

/** What is wrong between files and record: edited, missing, or numbered below one that was applied. */
export function findMistakes(
  files: readonly MigrationFile[],
  applied: readonly AppliedMigration[],
): readonly Mistake[] {
  const last = applied.at(-1)?.number ?? 0;
  const mistakes: Mistake[] = [];
  for (const { number, name, checksum } of applied) {
    const file = files.find((one) => one.number === number);
    const place = `migration ${name}`;
    if (!file || file.name !== name) {
      const fix = "restore the file; applied migrations are never removed or renamed";
      mistakes.push({ place, expected: "the file that was applied", found: file?.name ?? "no file", fix });
    } else if (file.checksum !== checksum) {
      const fix = "restore the file and write the change as a new migration";
      mistakes.push({ place, expected: "the text that was applied", found: "another text", fix });
    }
  }
  for (const { number, name } of files) {
    if (number >= last || applied.some((one) => one.number === number)) continue;
    const fix = "give it the next free number";
    mistakes.push({
      place: `migration ${name}`,
      expected: `a number above ${last}`,
      found: String(number),
      fix,
    });
  }
  return mistakes;
}

/** Runs the files that were not applied, in order, each recorded with its effects. Returns those it ran. */
export async function applyFiles(
  connection: Connection,
  files: readonly MigrationFile[],
  options: ApplyOptions & { readonly nowMs: number },
): Promise<readonly MigrationFile[]> {
  const applied = await readApplied(connection);
  const mistakes = findMistakes(files, applied);
  if (mistakes.length > 0) throw new UsageError(mistakes);
  const pending = files.filter(({ number }) => !applied.some((one) => one.number === number));
  for (const file of pending) {
    try {
      if (file.alone) await runAlone(connection, file, options);
      else await runInTransaction(connection, file, options);
    } catch (error) {
      throw failure(file, error);
    }
  }
  return pending;
}

/** Records a file as applied. */
export async function recordApplied(
  connection: Connection,
  file: MigrationFile,
  nowMs: number,
): Promise<void> {
  const text =
    "insert into concordat.migrations (number, name, checksum, applied_at) values ($1, $2, $3, $4)";
  await connection.query(
    text,
    [String(file.number), file.name, file.checksum, timestampFromMs(nowMs)],
    false,
  );
}

async function runInTransaction(
  connection: Connection,
  file: MigrationFile,
  options: ApplyOptions & { readonly nowMs: number },
): Promise<void> {
  await retryOnLock(async () => {
    await connection.query("begin", [], false);
    try {
      await connection.script(`set local lock_timeout = ${options.lockTimeoutMs ?? 5000}`);
      await connection.script(file.text);
      await recordApplied(connection, file, options.nowMs);
      await connection.query("commit", [], false);
    } catch (error) {
      await connection.query("rollback", [], false);
      throw error;
    }
  });
}

async function runAlone(
  connection: Connection,
  file: MigrationFile,
  options: ApplyOptions & { readonly nowMs: number },
): Promise<void> {
  for (const statement of splitSql(file.text)) {
    // A concurrent build waits for older transactions without standing in anybody's way.
    const lockTimeoutMs = /\bconcurrently\b/i.test(statement) ? 0 : (options.lockTimeoutMs ?? 5000);
    await connection.script(`set lock_timeout = ${lockTimeoutMs}`);
    await retryOnLock(() => connection.script(statement));
  }
  await connection.script("reset lock_timeout");
  await recordApplied(connection, file, options.nowMs);
}

async function retryOnLock(work: () => Promise<void>): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      const waited = error instanceof DatabaseError && error.code === "55P03";
      if (!waited || attempt === LOCK_TRIES) throw error;
      await sleep(LOCK_PAUSE_MS * attempt);
    }
  }
}

function failure(file: MigrationFile, error: unknown): unknown {
  if (!(error instanceof DatabaseError) || /^(?:08|57P)/.test(error.code)) return error;
  const lock = error.code === "55P03";
  return new UsageError({
    place: `migration ${file.name}`,
    expected: lock ? "a moment in which its tables are not locked" : "statements that the database accepts",
    found: [error.message, error.detail].filter(Boolean).join(": "),
    fix: file.alone
      ? "mend the cause and apply again: its statements can be repeated"
      : "mend the cause and apply again: nothing of this file took effect",
  });
}
