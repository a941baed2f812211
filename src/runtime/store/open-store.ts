import { ApiError, UsageError } from "../../base/errors/index.ts";
import type { Model } from "../../contract/model/index.ts";
import type { ApiKeyStore, FileStore, Store } from "../engine/ports.ts";
import { createApiKeyStore } from "./api-keys.ts";
import { Database } from "./database.ts";
import { DatabaseError, type Driver } from "./driver.ts";
import { createChunkStore } from "./files/chunks.ts";
import { createDirectoryStore } from "./files/directory.ts";
import { chunkedIds, sweepFiles } from "./files/sweep.ts";
import { sweepIdempotency } from "./idempotency.ts";
import { createMetaStore, type MetaStore } from "./meta.ts";
import { createMigrations, type Migrations } from "./migrations/migrations.ts";
import { ensureSystemTables } from "./migrations/system.ts";
import { createOperationStore, sweepOperations } from "./operations.ts";
import { type ResolvedStoreOptions, resolveStoreOptions, type StoreOptions } from "./options.ts";
import { Pool } from "./pool.ts";
import { StoreSession } from "./session.ts";
import { StepLocks } from "./step-locks.ts";
import { createStepStore } from "./steps.ts";
import { createStoreParts, type StoreParts } from "./store-parts.ts";

/** A store with what the engine does not need: keys, migrations, upkeep. */
export interface OpenedStore extends Store {
  readonly kind: "postgres" | "pglite";
  readonly apiKeys: ApiKeyStore;
  readonly meta: MetaStore;
  readonly migrations: Migrations;
  readonly files: FileStore;
  /** Deletes answers and steps of idempotent commands older than the retention and returns how many; off the request path. */
  sweepIdempotency(nowMs: number): Promise<number>;
  /** Deletes files older than a day that no row names and returns how many; off the request path. */
  sweepFiles(nowMs: number): Promise<number>;
  /** Deletes long-running operations that ended longer ago than the retention and returns how many. */
  sweepOperations(nowMs: number): Promise<number>;
}

/**
 * Opens the store of a model: connects, and makes the tables of schema `concordat` where they are missing. The tables
 * of the model are made by `migrations`. Throws UsageError for options that cannot be, ApiError `unavailable` where
 * PostgreSQL does not answer.
 */
export async function openStore(model: Model, options: StoreOptions = {}): Promise<OpenedStore> {
  const resolved = resolveStoreOptions(options);
  const { databaseUrl, dataDir, poolSize, connectTimeoutMs } = resolved;
  // Each of the two brings a package of its own, and one is enough.
  if (databaseUrl === undefined) {
    const { openPglite } = await import("./pglite-open.ts");
    return openStoreOn(await openPglite(dataDir), model, resolved);
  }
  const { createPostgresDriver } = await import("./postgres-driver.ts");
  const driver = createPostgresDriver({ url: databaseUrl, maxConnections: poolSize, connectTimeoutMs });
  return openStoreOn(driver, model, resolved);
}

/** As {@link openStore}, on a driver that is open already; closing the store closes it. */
export async function openStoreOn(
  driver: Driver,
  model: Model,
  options: ResolvedStoreOptions,
): Promise<OpenedStore> {
  const { clock, maxWaiting, idempotencyRetentionMs, operationRetentionMs } = options;
  const pool = new Pool(driver, { maxConnections: driver.maxConnections, maxWaiting, maxAgeMs: MAX_AGE_MS });
  const database = new Database(pool);
  try {
    await database.use(ensureSystemTables);
  } catch (error) {
    await pool.close();
    throw refusal(error) ?? error;
  }
  const stepLocks = new StepLocks(driver);
  const parts = createStoreParts({ model, pool, clock, stepLocks });
  const migrations = createMigrations(database, model, clock);
  const directory = options.filesDir === undefined ? undefined : createDirectoryStore(options.filesDir);
  const files = directory ?? createChunkStore(database);
  const ids = directory?.ids ?? (() => chunkedIds(database));
  return {
    kind: driver.kind,
    open: (scope) => new StoreSession(parts, scope),
    async ready() {
      await answers(parts);
      await migrations.assertFits();
    },
    async close() {
      await stepLocks.close();
      await pool.close();
    },
    operations: createOperationStore({ database, model, clock }),
    sweepOperations: (nowMs) =>
      sweepOperations(database, model, { nowMs, retentionMs: operationRetentionMs }),
    steps: createStepStore({ database, locks: stepLocks, clock }),
    apiKeys: createApiKeyStore(database, clock),
    meta: createMetaStore(database),
    migrations,
    files,
    sweepFiles: (nowMs) => sweepFiles({ model, database, files, ids }, nowMs),
    sweepIdempotency: (nowMs) => sweepIdempotency(database, nowMs, idempotencyRetentionMs),
  };
}

// Half an hour: long enough to keep prepared statements, short enough to follow a server that has moved.
const MAX_AGE_MS = 1_800_000;

// A load balancer asks every few seconds; a database that takes longer than this does not serve callers either.
const READY_MS = 2000;

async function answers(parts: StoreParts): Promise<void> {
  const late = new ApiError("unavailable", "The database does not answer.", { retryAfterSeconds: 1 });
  const deadline = new AbortController();
  const timer = setTimeout(() => deadline.abort(late), READY_MS);
  try {
    const scope = { signal: deadline.signal, deadline: Date.now() + READY_MS };
    await new StoreSession(parts, scope).sql("select 1", []);
  } finally {
    clearTimeout(timer);
  }
}

/** What only the operator can mend: a wrong user, password or database name, or missing rights. */
function refusal(error: unknown): UsageError | undefined {
  const reported = error instanceof ApiError ? error.cause : error;
  if (!(reported instanceof DatabaseError) || !/^(?:28|3D000|42501)/.test(reported.code)) return undefined;
  return new UsageError({
    place: "DATABASE_URL",
    expected: "a database that its user may connect to and create a schema in",
    found: reported.message,
    fix: "mend the URL or grant the rights; a user without them can follow one that has applied the migrations",
  });
}
