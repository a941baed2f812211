import type { Db } from "concordat";
import type { CityRow, CountryRow } from "./data.ts";

/** Runs work in one transaction: what an engine offers to scripts. */
export type Transaction = <T>(work: (db: Db) => Promise<T>) => Promise<T>;

/** Rows of a statement: large enough that a round trip costs nothing, small enough to lose little when killed. */
const BATCH = 5000;

/**
 * Stores countries and cities in batches, each a transaction of its own. Rows that are there already are left alone,
 * so that it may be killed at any time and run again. Tells how many rows are done after each batch.
 */
export async function loadRows(
  transaction: Transaction,
  { countries, cities }: { readonly countries: readonly CountryRow[]; readonly cities: readonly CityRow[] },
  progress: (done: number) => void,
): Promise<void> {
  await transaction((db) => insertCountries(db, countries));
  progress(countries.length);
  for (let at = 0; at < cities.length; at += BATCH) {
    const batch = cities.slice(at, at + BATCH);
    await transaction(async (db) => {
      if (!(await isLoaded(db, batch))) await insertCities(db, batch);
    });
    progress(countries.length + at + batch.length);
  }
  // Without fresh statistics the planner, and estimated totals, take the tables for small until autovacuum comes by.
  await transaction((db) => db.sql`analyze countries, cities`);
}

async function isLoaded(db: Db, batch: readonly CityRow[]): Promise<boolean> {
  const [found] = await db.sql<{ count: bigint }>`
    select count(*) as count from cities where id between ${batch[0]?.id} and ${batch.at(-1)?.id}`;
  return Number(found?.count) === batch.length;
}

async function insertCountries(db: Db, rows: readonly CountryRow[]): Promise<void> {
  await db.sql`
    insert into countries (id, code, code3, name, official_name, native_names, capitals, region, subregion,
      independent, landlocked, area, latitude, longitude, languages, borders, flag, created_at, updated_at)
    select id, code, code3, name, "officialName", "nativeNames", capitals, region, subregion,
      independent, landlocked, area, latitude, longitude, languages, borders, flag, now(), now()
    from jsonb_to_recordset(${JSON.stringify(rows)}::text::jsonb) as row (id text, code text, code3 text, name text,
      "officialName" text, "nativeNames" jsonb, capitals jsonb, region text, subregion text, independent boolean,
      landlocked boolean, area float8, latitude float8, longitude float8, languages jsonb, borders jsonb, flag text)
    on conflict (id) do nothing`;
}

async function insertCities(db: Db, rows: readonly CityRow[]): Promise<void> {
  await db.sql`
    insert into cities (id, name, country, other_country, population, latitude, longitude,
      feature_code, admin_code, district, subdistrict, created_at, updated_at)
    select id, name, country, "otherCountry", population, latitude, longitude,
      "featureCode", "adminCode", district, subdistrict, now(), now()
    from jsonb_to_recordset(${JSON.stringify(rows)}::text::jsonb) as row (id text, name text, country text,
      "otherCountry" text, population integer, latitude float8, longitude float8, "featureCode" text,
      "adminCode" text, district text, subdistrict text)
    on conflict (id) do nothing`;
}
