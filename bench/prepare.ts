import { randomBytes } from "node:crypto";
import { compile } from "concordat";
import postgres from "postgres";
import { issueApiKey } from "../src/runtime/auth/index.ts";
import { openStore } from "../src/runtime/store/index.ts";
import { bench } from "./fixture.ts";

/** A PostgreSQL database of widgets for one bench run. */
export interface BenchDatabase {
  readonly url: string;
  /** A widget in the middle of the table. */
  readonly widgetId: string;
  readonly apiKey: string;
  drop(): Promise<void>;
}

const ADMIN_URL = process.env.TEST_DATABASE_URL ?? "postgres://postgres@127.0.0.1:5432/test";

/** Makes a database with `rows` widgets, and an API key that may read them. Drop it in the end. */
export async function prepareDatabase(rows = 10_000): Promise<BenchDatabase> {
  const name = `concordat_bench_${randomBytes(4).toString("hex")}`;
  const admin = postgres(ADMIN_URL, { max: 1, onnotice: () => {} });
  await admin.unsafe(`create database ${name}`);
  const url = new URL(ADMIN_URL);
  url.pathname = `/${name}`;
  const store = await openStore(compile(bench), { databaseUrl: url.href });
  await store.migrations.applyModel();
  const apiKey = await issueApiKey(
    { keys: store.apiKeys, clock: { now: Date.now } },
    { name: "bench", principal: "bench", roles: ["admin"] },
  );
  await store.close();
  const sql = postgres(url.href, { max: 1, onnotice: () => {} });
  // Ids are 26 digits of base32 in time order, as the server's own; a row a second.
  await sql.unsafe(`
    insert into widgets (id, name, description, price, quantity, active, created_at, updated_at)
    select 'wid_01jc' || lpad(to_hex(n), 22, '0'), 'Widget ' || n, repeat('A widget of the bench. ', 4),
      (n % 1000)::numeric / 100, n % 500, n % 2 = 0,
      timestamptz '2026-01-01' + n * interval '1 second', timestamptz '2026-01-01' + n * interval '1 second'
    from generate_series(1, ${rows}) n`);
  await sql.unsafe("vacuum analyze widgets");
  await sql.end();
  return {
    url: url.href,
    widgetId: `wid_01jc${Math.floor(rows / 2)
      .toString(16)
      .padStart(22, "0")}`,
    apiKey: apiKey.key,
    drop: async () => {
      await admin.unsafe(`drop database ${name} with (force)`);
      await admin.end();
    },
  };
}
