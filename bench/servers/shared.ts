import { createHash, hash } from "node:crypto";
import { destination, type LoggerOptions, pino } from "pino";
import postgres from "postgres";

/** One widget as every server sends it. */
export interface Widget {
  id: string;
  name: string;
  description: string;
  price: string;
  quantity: number;
  active: boolean;
  createdAt: string;
  updatedAt: string;
}

export const DATABASE_URL = process.env.BENCH_DATABASE_URL ?? "";
export const API_KEY = process.env.BENCH_API_KEY ?? "";
export const KEY_HASHES = new Map([
  [createHash("sha256").update(API_KEY).digest("hex"), { id: "bench", roles: ["admin"] }],
]);
export const ID = /^(wid|mem)_[0-9a-hjkmnp-tv-z]{26}$/;

/** Looks a bearer key up as a careful author would: by digest, with a small cache of digests. */
const digests = new Map<string, { id: string; roles: string[] } | undefined>();
export function principalOf(authorization: string | undefined): { id: string; roles: string[] } | undefined {
  if (!authorization?.startsWith("Bearer ")) return undefined;
  const key = authorization.slice(7);
  let found = digests.get(key);
  if (found === undefined) {
    found = KEY_HASHES.get(createHash("sha256").update(key).digest("hex"));
    if (found) digests.set(key, found);
  }
  return found;
}

/** The headers of answers that do not depend on the answer: those of Concordat's. */
export const HEADERS = {
  "content-type": "application/json",
  "cache-control": "private, no-cache",
  "x-content-type-options": "nosniff",
  vary: "Accept, Accept-Encoding, Authorization, X-Api-Key",
} as const;

/** How long connections rest and how much they carry: as Concordat's, since answers say so. */
export const KEEP_ALIVE_MS = 65_000;
export const MOST_REQUESTS = 100_000;

/** An entity tag of a body. */
export function etagOf(body: string): string {
  return `"${hash("sha256", body, "base64url").slice(0, 22)}"`;
}

/** An entity tag of a row by its version. */
export function versionTag(version: unknown): string {
  return `"v${version}.1f3k5m7p9q1"`;
}

/** What a row's answer says of its age, as Concordat's does. */
export function rowHeaders(updatedAt: unknown): { readonly "last-modified": string } {
  return { "last-modified": new Date(String(updatedAt)).toUTCString() };
}

/** What a page's answer says of its neighbours. */
export function pageHeaders(nextCursor: unknown): { readonly link: string } {
  return { link: `</v1/widgets?limit=20&cursor=${nextCursor}>; rel="next"` };
}

const LOG_OPTIONS: LoggerOptions = { base: null, level: "info" };

/** The access log as pino's documentation advises for speed: written in batches, not in the request's time. */
export const logger = pino(LOG_OPTIONS, destination({ dest: 1, sync: false, minLength: 4096 }));

export const MEMORY_ID = "mem_01jc0000000000000000000000";
export const memory = new Map<string, Widget>([
  [
    MEMORY_ID,
    {
      id: MEMORY_ID,
      name: "Left-handed screwdriver",
      description: "A widget that is kept in memory, so that only the path through the server is measured.",
      price: "12.50",
      quantity: 42,
      active: true,
      createdAt: "2026-11-01T09:00:00Z",
      updatedAt: "2026-11-01T09:00:00Z",
    },
  ],
]);

/** The same driver, pool and parsing as Concordat's store. */
export function connect(): postgres.Sql {
  return postgres(DATABASE_URL, {
    max: 10,
    onnotice: () => {},
    types: {
      timestamps: {
        to: 1184,
        from: [1184],
        serialize: String,
        parse: (text: string) => `${text.slice(0, 10)}T${text.slice(11, -3)}Z`,
      },
    },
  });
}

export const COLUMNS =
  'id, name, description, price, quantity, active, created_at as "createdAt", updated_at as "updatedAt", row_version';
export const GET_SQL = `select ${COLUMNS} from widgets where id = $1`;
export const LIST_SQL = `select ${COLUMNS} from widgets order by created_at desc, id desc limit 21`;

/** One row inserted, as Concordat's create does it. */
export const INSERT_SQL = `insert into widgets (id, name, description, price, quantity, active, created_at, updated_at, row_version)
  values ($1, $2, $3, $4, $5, $6, $7, $8, 1) returning ${COLUMNS}`;

/** The claim of an idempotency key and its stored answer, on the tables of Concordat's store. */
export const LOCK_SQL = "select pg_try_advisory_xact_lock($1::bigint)";
export const FIND_SQL =
  'select fingerprint, answer from concordat.idempotency where scope = $1 and "key" = $2';
export const STORE_SQL =
  'insert into concordat.idempotency (scope, "key", fingerprint, answer, created_at) values ($1, $2, $3, $4, $5)';

/** Starts serving: tells the parent its port and answers its questions about CPU time. */
export function report(port: number): void {
  process.on("message", (message) => {
    if (message === "cpu") process.send?.({ cpu: process.cpuUsage(), rss: process.memoryUsage().rss });
    if (message === "stop") process.exit(0);
  });
  // Without its parent a server has nobody to measure it.
  process.once("disconnect", () => process.exit(0));
  process.send?.({ port });
}
