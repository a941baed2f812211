import { UsageError } from "../../base/errors/index.ts";
import type { Clock } from "../engine/ports.ts";

/** Where rows live and how. */
export interface StoreOptions {
  /** `postgres://…` URL of PostgreSQL. Absent: PGlite in this process. */
  readonly databaseUrl?: string;
  /** Folder of PGlite's data, or `"memory"`. Default `.concordat/data`. */
  readonly dataDir?: string;
  /** Folder that the bytes of files lie in. Default: none, so that they lie in the database. */
  readonly filesDir?: string;
  /** Connections to PostgreSQL. Default 10. */
  readonly poolSize?: number;
  /** Calls that may wait for a connection; more are refused with 503. Default 1,000. */
  readonly maxWaiting?: number;
  /** Milliseconds a connection may take to open. Default 5,000. */
  readonly connectTimeoutMs?: number;
  /** Milliseconds that answers of idempotent commands are kept, at least a day. Default one day. */
  readonly idempotencyRetentionMs?: number;
  /** Milliseconds that ended long-running operations are kept, at least a day. Default a week. */
  readonly operationRetentionMs?: number;
  readonly clock?: Clock;
}

/** {@link StoreOptions} with every default filled in. */
export interface ResolvedStoreOptions {
  readonly databaseUrl: string | undefined;
  readonly dataDir: string;
  readonly filesDir: string | undefined;
  readonly poolSize: number;
  readonly maxWaiting: number;
  readonly connectTimeoutMs: number;
  readonly idempotencyRetentionMs: number;
  readonly operationRetentionMs: number;
  readonly clock: Clock;
}

const DAY_MS = 86_400_000;

/** Fills the defaults in and refuses what cannot be. */
export function resolveStoreOptions(options: StoreOptions): ResolvedStoreOptions {
  const resolved: ResolvedStoreOptions = {
    databaseUrl: options.databaseUrl,
    dataDir: options.dataDir ?? ".concordat/data",
    filesDir: options.filesDir,
    // As many as PostgreSQL's own default of 100 allows to ten processes.
    poolSize: options.poolSize ?? 10,
    maxWaiting: options.maxWaiting ?? 1000,
    connectTimeoutMs: options.connectTimeoutMs ?? 5000,
    idempotencyRetentionMs: options.idempotencyRetentionMs ?? DAY_MS,
    operationRetentionMs: options.operationRetentionMs ?? 7 * DAY_MS,
    clock: options.clock ?? { now: Date.now },
  };
  const mistakes = [
    ...wholeNumber("poolSize", resolved.poolSize, 1, 1000),
    ...wholeNumber("maxWaiting", resolved.maxWaiting, 0, 1_000_000),
    ...wholeNumber("connectTimeoutMs", resolved.connectTimeoutMs, 1, 600_000),
    ...wholeNumber("idempotencyRetentionMs", resolved.idempotencyRetentionMs, DAY_MS, 3650 * DAY_MS),
    // A repeated request is answered with its operation as long as the answer is kept.
    ...wholeNumber(
      "operationRetentionMs",
      resolved.operationRetentionMs,
      resolved.idempotencyRetentionMs,
      3650 * DAY_MS,
    ),
    ...databaseUrlMistakes(resolved.databaseUrl),
  ];
  if (mistakes.length > 0) throw new UsageError(mistakes);
  return resolved;
}

function wholeNumber(name: string, value: number, minimum: number, maximum: number) {
  if (Number.isInteger(value) && value >= minimum && value <= maximum) return [];
  const expected = `a whole number from ${minimum} to ${maximum}`;
  return [{ place: `option ${name}`, expected, found: String(value), fix: `set ${name} within that range` }];
}

function databaseUrlMistakes(url: string | undefined) {
  if (url === undefined || /^postgres(?:ql)?:\/\//.test(url)) return [];
  return [
    {
      place: "option databaseUrl",
      expected: "a URL that begins with postgres:// or postgresql://",
      // The rest may hold a password.
      found: url.includes(":")
        ? `one that begins with ${url.slice(0, url.indexOf(":") + 1)}`
        : "another text",
      fix: "write it as postgres://user:password@host:5432/database",
    },
  ];
}
