import { after, test } from "node:test";
import postgres from "postgres";
import type { Model } from "../../src/contract/model/index.ts";
import type { Driver } from "../../src/runtime/store/driver.ts";
import type { OpenedStore, StoreOptions } from "../../src/runtime/store/index.ts";
import { openStoreOn } from "../../src/runtime/store/open-store.ts";
import { resolveStoreOptions } from "../../src/runtime/store/options.ts";
import { openPglite } from "../../src/runtime/store/pglite-open.ts";
import { createPostgresDriver } from "../../src/runtime/store/postgres-driver.ts";

/** A database that tests run on. */
export interface TestDatabase {
  readonly name: "PGlite" | "PostgreSQL";
  readonly kind: "pglite" | "postgres";
  /** URL of the PostgreSQL server's own database, which tests leave as it is; undefined for PGlite. */
  readonly serverUrl: string | undefined;
  /** A fresh store with the model's tables. Close it; the database goes back to be used again. */
  open(model: Model, options?: TestStoreOptions): Promise<TestStore>;
  /** Another store on the same data, as a restarted or second process has it; it need not be closed. */
  reopen(store: TestStore, model: Model, options?: TestStoreOptions): Promise<TestStore>;
}

export interface TestStoreOptions extends Omit<StoreOptions, "databaseUrl" | "dataDir"> {
  /** Whether the model's tables are made. Default true. */
  readonly tables?: boolean;
  /** Told of every statement that is sent, in order. */
  readonly onStatement?: (text: string) => void;
}

/** A store with where it lies. */
export interface TestStore extends OpenedStore {
  /** For PostgreSQL: so that a test can open another store, or other connections, on the same data. */
  readonly url: string | undefined;
}

/** An emptied place that one store at a time uses. */
interface Place {
  readonly url: string | undefined;
  driver(options: StoreOptions): Driver;
  empty(): Promise<void>;
  destroy(): Promise<void>;
}

const URL_OF_TESTS = process.env.TEST_DATABASE_URL ?? "postgres://postgres@127.0.0.1:5432/test";
const EMPTY =
  "drop schema if exists concordat cascade; drop schema public cascade; create schema public; reset all";

let reachable: boolean | undefined;
const places: Place[] = [];

try {
  const sql = postgres(URL_OF_TESTS, { max: 1, connect_timeout: 3, backoff: false, onnotice: () => {} });
  await sql`select 1`.finally(() => sql.end({ timeout: 1 }));
  reachable = true;
} catch (error) {
  reachable = false;
  if (process.env.CI === "true") throw error;
}

/**
 * The databases to run a suite on: `for (const database of databases()) describe(database.name, …)`. Where no
 * PostgreSQL answers, the suite says so and runs on PGlite alone; with CI=true that fails.
 */
export function databases(): readonly TestDatabase[] {
  after(destroyAll);
  const pglite = testDatabase("PGlite", makePglite);
  if (reachable) return [pglite, testDatabase("PostgreSQL", makePostgres)];
  test("on PostgreSQL", {
    skip: `no PostgreSQL answers at ${URL_OF_TESTS}; set TEST_DATABASE_URL`,
  }, () => {});
  return [pglite];
}

function testDatabase(name: TestDatabase["name"], make: () => Promise<Place>): TestDatabase {
  const free: Place[] = [];
  const inUse = new Map<TestStore, { readonly place: Place; readonly others: OpenedStore[] }>();
  const openOn = async (
    place: Place,
    model: Model,
    { tables = true, onStatement, ...options }: TestStoreOptions,
  ) => {
    const driver = place.driver(options);
    const told = onStatement === undefined ? driver : tellingDriver(driver, onStatement);
    const store = await openStoreOn(told, model, resolveStoreOptions(options));
    if (tables) await store.migrations.applyModel();
    return store;
  };
  return {
    name,
    kind: name === "PGlite" ? "pglite" : "postgres",
    serverUrl: name === "PGlite" ? undefined : URL_OF_TESTS,
    async open(model, options = {}) {
      const place = free.pop() ?? (await make());
      await place.empty();
      const opened = await openOn(place, model, options);
      const others: OpenedStore[] = [];
      let closed: Promise<unknown> | undefined;
      const close = async () => {
        closed ??= Promise.all([opened, ...others].map((one) => one.close())).then(() => free.push(place));
        await closed;
      };
      const store = { ...opened, url: place.url, close };
      inUse.set(store, { place, others });
      return store;
    },
    async reopen(store, model, options = { tables: false }) {
      const { place, others } = inUse.get(store)!;
      const opened = await openOn(place, model, options);
      others.push(opened);
      return { ...opened, url: place.url };
    },
  };
}

function tellingDriver(driver: Driver, tell: (text: string) => void): Driver {
  return {
    ...driver,
    async connect() {
      const connection = await driver.connect();
      const query = connection.query.bind(connection);
      connection.query = (text, parameters, prepare) => {
        tell(text);
        return query(text, parameters, prepare);
      };
      return connection;
    },
  };
}

async function makePglite(): Promise<Place> {
  const driver = await openPglite("memory");
  const place: Place = {
    url: undefined,
    // The database stays open between stores: opening one takes half a second.
    driver: () => ({ ...driver, close: async () => {} }),
    empty: async () => (await driver.connect()).script(EMPTY),
    destroy: () => driver.close(),
  };
  places.push(place);
  return place;
}

async function makePostgres(): Promise<Place> {
  const name = `concordat_test_${process.pid}_${places.length}`;
  const url = Object.assign(new URL(URL_OF_TESTS), { pathname: `/${name}` }).href;
  await asAdmin(`create database ${name} template template0`);
  const place: Place = {
    url,
    driver: ({ poolSize = 10 }) =>
      createPostgresDriver({ url, maxConnections: poolSize, connectTimeoutMs: 5000 }),
    empty: () => run(url, EMPTY),
    destroy: () => asAdmin(`drop database if exists ${name} with (force)`),
  };
  places.push(place);
  return place;
}

function asAdmin(text: string): Promise<void> {
  return run(URL_OF_TESTS, text);
}

async function run(url: string, text: string): Promise<void> {
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  await sql.unsafe(text).finally(() => sql.end());
}

async function destroyAll(): Promise<void> {
  await Promise.all(places.splice(0).map((place) => place.destroy()));
}
