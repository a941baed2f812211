import { destination, pino } from "pino";
import postgres from "postgres";
import { type CityRow, type CountryRow, cities, countriesById } from "./fixture.ts";

/** Where rows come from: `memory` or the URL of a database. */
export const SOURCE = process.env.BENCH_SOURCE ?? "memory";

/** One line for each request, written in batches, as Concordat's access log. */
export const logger = pino(
  { base: null, level: "info" },
  destination({ dest: 1, sync: false, minLength: 4096 }),
);

const sql = SOURCE === "memory" ? undefined : postgres(SOURCE, { max: 10, onnotice: () => {} });

/** The largest cities. */
export async function citiesFromDatabase(first: number): Promise<readonly CityRow[]> {
  if (sql === undefined) throw new RangeError("There is no database");
  return sql.unsafe<CityRow[]>(
    "select id, name, population, country from cities order by population desc, id desc limit $1",
    [first],
    { prepare: true },
  );
}

/** Countries in the order of their ids, in one statement. */
export async function countriesFromDatabase(ids: readonly string[]): Promise<(CountryRow | undefined)[]> {
  if (sql === undefined) throw new RangeError("There is no database");
  const distinct = [...new Set(ids)];
  const found = await sql.unsafe<CountryRow[]>(
    "select id, code, name from countries where id = any ($1::text[])",
    [distinct],
    { prepare: true },
  );
  const byId = new Map(found.map((row) => [row.id, row]));
  return ids.map((id) => byId.get(id));
}

/** Gathers what is asked for in one turn and loads it at once, as DataLoader does. */
export class Loader {
  #asked = new Map<string, Promise<CountryRow | undefined>>();
  #batch: { readonly id: string; readonly resolve: (row: CountryRow | undefined) => void }[] = [];

  load(id: string): Promise<CountryRow | undefined> {
    const known = this.#asked.get(id);
    if (known !== undefined) return known;
    const asked = new Promise<CountryRow | undefined>((resolve, reject) => {
      if (this.#batch.push({ id, resolve }) === 1) process.nextTick(() => this.#flush().catch(reject));
    });
    this.#asked.set(id, asked);
    return asked;
  }

  async #flush(): Promise<void> {
    const batch = this.#batch;
    this.#batch = [];
    const rows = await countriesFromDatabase(batch.map(({ id }) => id));
    for (const [index, { resolve }] of batch.entries()) resolve(rows[index]);
  }
}

interface Context {
  readonly loader: Loader;
}

/** Resolvers of graphql-js: in memory a country is a look-up in a Map, from the database each request has its loader. */
export const resolvers = {
  Query: {
    cities: (_root: unknown, { first = 20 }: { first?: number }) =>
      SOURCE === "memory"
        ? { nodes: cities.slice(0, first) }
        : citiesFromDatabase(first).then((nodes) => ({ nodes })),
  },
  City: {
    country: ({ country }: CityRow, _args: unknown, { loader }: Context) =>
      SOURCE === "memory" ? countriesById.get(country) : loader.load(country),
  },
};

/** Starts serving: tells the parent its port and answers its questions about CPU time. */
export function report(port: number): void {
  process.on("message", (message) => {
    if (message === "cpu") process.send?.({ cpu: process.cpuUsage(), rss: process.memoryUsage().rss });
    if (message === "stop") process.exit(0);
  });
  process.once("disconnect", () => process.exit(0));
  process.send?.({ port });
}
