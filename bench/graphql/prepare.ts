import { randomBytes } from "node:crypto";
import { compile } from "concordat";
import postgres from "postgres";
import { openStore } from "../../src/runtime/store/index.ts";
import { atlas, cities, countries } from "./fixture.ts";

const ADMIN_URL = process.env.TEST_DATABASE_URL ?? "postgres://postgres@127.0.0.1:5432/test";
const AT = "2026-01-01T00:00:00Z";

/** Makes a database with the fixture's rows. Drop it in the end. */
export async function prepareAtlas(): Promise<{ readonly url: string; drop(): Promise<void> }> {
  const name = `concordat_bench_${randomBytes(4).toString("hex")}`;
  const admin = postgres(ADMIN_URL, { max: 1, onnotice: () => {} });
  await admin.unsafe(`create database ${name}`);
  const url = Object.assign(new URL(ADMIN_URL), { pathname: `/${name}` }).href;
  const store = await openStore(compile(atlas), { databaseUrl: url });
  await store.migrations.applyModel();
  await store.close();
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  const times = { created_at: AT, updated_at: AT, row_version: 1 };
  await sql`insert into countries ${sql(countries.map((row) => ({ ...row, ...times })))}`;
  await sql`insert into cities ${sql(cities.map((row) => ({ ...row, ...times })))}`;
  await sql.unsafe("vacuum analyze");
  await sql.end();
  return {
    url,
    drop: async () => {
      await admin.unsafe(`drop database ${name} with (force)`);
      await admin.end();
    },
  };
}
