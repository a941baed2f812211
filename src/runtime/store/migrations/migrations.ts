import { ApiError, UsageError } from "../../../base/errors/index.ts";
import type { Model } from "../../../contract/model/index.ts";
import type { Clock } from "../../engine/ports.ts";
import type { Database } from "../database.ts";
import { type Connection, DatabaseError } from "../driver.ts";
import {
  type AppliedMigration,
  type ApplyOptions,
  applyFiles,
  findMistakes,
  readApplied,
  recordApplied,
} from "./apply.ts";
import { type Difference, findDrift } from "./drift.ts";
import {
  destructiveError,
  type MigrationFile,
  type PlanFilesOptions,
  type PlannedFiles,
  planMigrationFiles,
  readMigrationFiles,
  readSnapshotFile,
} from "./files.ts";
import { introspect } from "./introspect.ts";
import { ownPart, readOwn, writeOwn } from "./own-tables.ts";
import { type MigrationPlan, planMigration } from "./plan.ts";
import { type SchemaState, stateOf } from "./state.ts";
import { MIGRATION_LOCK } from "./system.ts";

/** Brings a database to the tables of its model. */
export interface Migrations {
  /** Writes the files that a folder lacks; see planMigrationFiles, which needs no database. */
  plan(folder: string, options?: PlanFilesOptions): PlannedFiles;
  /**
   * Applies a folder's pending files in order. One process at a time, over all machines; the others wait and then find
   * nothing to do. Throws UsageError for edited, missing or misnumbered files and for SQL that fails.
   */
  apply(
    folder: string,
    options?: ApplyOptions & { readonly baseline?: boolean },
  ): Promise<readonly MigrationFile[]>;
  status(folder: string): Promise<MigrationStatus>;
  /**
   * For development: brings the tables to the model at once. Refuses with a UsageError what would lose data, unless
   * `allowDestructive`. Tables that neither the model nor an earlier one made are left alone.
   */
  applyModel(options?: { readonly allowDestructive?: boolean }): Promise<MigrationPlan>;
  /** How the database differs from the model. */
  drift(): Promise<readonly Difference[]>;
  /** Resolves when the database holds what the model needs, and need not look again then; else ApiError `unavailable`. */
  assertFits(): Promise<void>;
}

/** Where a database stands. */
export interface MigrationStatus {
  readonly applied: readonly AppliedMigration[];
  readonly pending: readonly MigrationFile[];
  /** Files that do not fit what was applied, in words. */
  readonly mistakes: readonly string[];
  /** Changes of the contract that no file has yet. */
  readonly unplanned: readonly string[];
  readonly drift: readonly Difference[];
}

/** Makes the migrations of one model on one database. */
export function createMigrations(database: Database, model: Model, clock: Clock): Migrations {
  const wanted = stateOf(model);
  const drift = () =>
    database.use(async (connection) =>
      findDrift(await introspect(connection, { expectsTables: true }), wanted),
    );
  let fits = false;
  return {
    plan: (folder, options) => planMigrationFiles(model, folder, options),
    apply: (folder, options = {}) =>
      asLeader(database, options.leaderTimeoutMs ?? 60_000, async (connection) => {
        const files = readMigrationFiles(folder);
        const nowMs = clock.now();
        const state = readSnapshotFile(folder);
        if (options.baseline) await baseline(connection, files, state, nowMs);
        const ran = await applyFiles(connection, files, { ...options, nowMs });
        if (ran.length > 0 || options.baseline) await writeOwn(connection, state);
        return ran;
      }),
    status: (folder) =>
      database.use(async (connection) => {
        const files = readMigrationFiles(folder);
        const applied = await readApplied(connection);
        return {
          applied,
          pending: files.filter(({ number }) => !applied.some((one) => one.number === number)),
          mistakes: findMistakes(files, applied).map((one) => `${one.place}: ${one.found}. ${one.fix}`),
          unplanned: planMigration(readSnapshotFile(folder), model).statements.map(({ sql }) => sql),
          drift: findDrift(await introspect(connection), wanted),
        };
      }),
    applyModel: (options = {}) => applyModel(database, model, wanted, options.allowDestructive === true),
    drift,
    async assertFits() {
      if (fits) return;
      const broken = (await drift()).filter((difference) => difference.breaks);
      if (broken.length > 0) throw doesNotFit(broken);
      fits = true;
    },
  };
}

async function applyModel(
  database: Database,
  model: Model,
  wanted: SchemaState,
  allowDestructive: boolean,
): Promise<MigrationPlan> {
  return database.use(async (connection) => {
    await connection.query("begin", [], false);
    await connection.query("select pg_advisory_xact_lock($1::bigint)", [MIGRATION_LOCK], false);
    const from = ownPart(await introspect(connection), await readOwn(connection), wanted);
    const plan = planMigration(from, model, { online: false });
    if (plan.destructive.length > 0 && !allowDestructive) throw destructiveError(plan.destructive);
    try {
      if (plan.statements.length > 0) {
        await connection.script(plan.statements.map(({ sql }) => sql).join(";\n"));
      }
      await writeOwn(connection, wanted);
      await connection.query("commit", [], false);
    } catch (error) {
      throw applyModelError(error, plan);
    }
    return plan;
  });
}

function applyModelError(error: unknown, plan: MigrationPlan): unknown {
  if (!(error instanceof DatabaseError) || /^(?:08|57)/.test(error.code)) return error;
  return new UsageError({
    place: "tables of the model",
    expected: "rows that fit the changed contract",
    found: [error.message, error.detail].filter(Boolean).join(": "),
    fix: plan.warnings[0] ?? "change the rows, or plan a migration file and write it by hand",
  });
}

/** Runs under the lock that one process at a time can hold; it ends with the session, so a killed leader frees it. */
async function asLeader<T>(
  database: Database,
  timeoutMs: number,
  work: (connection: Connection) => Promise<T>,
): Promise<T> {
  return database.use(async (connection) => {
    await connection.script(`set lock_timeout = ${timeoutMs}`);
    try {
      await connection.query("select pg_advisory_lock($1::bigint)", [MIGRATION_LOCK], false);
    } catch (error) {
      if (!(error instanceof DatabaseError) || error.code !== "55P03") throw error;
      throw new ApiError("unavailable", "Another process is still applying migrations.", {
        retryAfterSeconds: 10,
      });
    }
    await connection.script("reset lock_timeout");
    const result = await work(connection);
    await connection.query("select pg_advisory_unlock($1::bigint)", [MIGRATION_LOCK], false);
    return result;
  });
}

/** Records all files as applied on a database that has their tables already, made in development. */
async function baseline(
  connection: Connection,
  files: readonly MigrationFile[],
  state: SchemaState,
  nowMs: number,
): Promise<void> {
  const applied = await readApplied(connection);
  const differences = findDrift(await introspect(connection), state);
  if (applied.length > 0 || differences.length > 0) {
    throw new UsageError({
      place: "option baseline",
      expected: "a database without recorded migrations whose tables are those of snapshot.json",
      found:
        applied.length > 0
          ? `${applied.length} recorded migrations`
          : `other tables: ${differences[0]!.place}`,
      fix: "apply without it",
    });
  }
  for (const file of files) await recordApplied(connection, file, nowMs);
}

function doesNotFit(differences: readonly Difference[]): ApiError {
  const [first] = differences;
  const others = differences.length > 1 ? ` and ${differences.length - 1} more` : "";
  return new ApiError("unavailable", "The service is waiting for its database to be migrated.", {
    retryAfterSeconds: 10,
    cause: new UsageError({
      place: `${first!.place}${others}`,
      expected: first!.expected,
      found: first!.found,
      fix: "apply the migrations: concordat migrate apply",
    }),
  });
}
