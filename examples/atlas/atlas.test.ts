import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { compile } from "concordat";
import { type RunningService, startService } from "concordat/server";
import { databases, type TestStore } from "../../test/support/databases.ts";
import { type CityRow, readCities, readCountries } from "./data.ts";
import { loadRows } from "./load-rows.ts";
import atlas from "./service.ts";

const countries = readCountries();
const cities = readCities(countries);

test("the packages hold 250 countries and 138,398 cities, each with an id of its own", () => {
  assert.equal(countries.length, 250);
  assert.equal(cities.length, 138_398);
  assert.equal(new Set(cities.map(({ id }) => id)).size, cities.length);
});

for (const database of databases()) {
  describe(database.name, () => {
    let empty: TestStore | undefined;
    let service: RunningService;
    // PGlite gets two batches: its full load takes ten seconds and runs the same statements.
    const loaded = database.kind === "postgres" ? cities : cities.slice(0, 6000);

    const get = async (path: string) => {
      const response = await fetch(`${service.url}/v1${path}`);
      const body = (await response.json()) as Record<string, any>;
      assert.equal(response.status, 200, JSON.stringify(body));
      return body;
    };

    before(async () => {
      if (database.kind === "postgres") empty = await database.open(compile(atlas.api), { tables: false });
      service = await startService(atlas, {
        mode: "dev",
        logLevel: "error",
        ...(empty?.url ? { databaseUrl: empty.url } : { dataDir: "memory" }),
      });
    });
    after(async () => {
      await service?.close();
      await empty?.close();
    });

    test("a load that is broken off and run again has every row once", async () => {
      const transaction: Parameters<typeof loadRows>[0] = (work) => service.engine.transaction(work);
      const breakOff = (done: number) => {
        if (done > 5000) throw new RangeError("killed");
      };
      await assert.rejects(loadRows(transaction, { countries, cities: loaded }, breakOff), /killed/);
      const told: number[] = [];
      await loadRows(transaction, { countries, cities: loaded }, (done) => told.push(done));
      await loadRows(transaction, { countries, cities: loaded }, () => {});
      assert.equal(told.at(-1), countries.length + loaded.length);
      const [counted] = await service.engine.transaction(
        (db) => db.sql`select count(*) as cities, (select count(*) from countries) as countries from cities`,
      );
      assert.deepEqual(counted, { cities: BigInt(loaded.length), countries: 250n });
    });

    test("rows come back as the source has them: unicode, empty, absent, null", async () => {
      const odd = [
        loaded.find(({ name }) => /[\u0250-\uffff]/.test(name)),
        loaded.find(({ adminCode }) => adminCode === ""),
        loaded.find(({ district }) => district === undefined),
        loaded.find(({ subdistrict }) => subdistrict !== undefined),
        loaded.at(-1),
      ];
      for (const city of odd) {
        if (city === undefined) continue;
        const { createdAt, updatedAt, ...row } = await get(`/cities/${city.id}`);
        assert.deepEqual(row, city);
        assert.equal(createdAt, updatedAt);
      }
      for (const country of countries.filter(
        ({ independent, code }) => independent === null || code === "AQ",
      )) {
        const { createdAt: _, updatedAt: __, ...row } = await get(`/countries/${country.id}`);
        assert.deepEqual(row, country);
      }
    });

    test("cities of a country, largest first, and the country of a city", async () => {
      const { country } = loaded[0]!;
      const { data } = await get(`/cities?country=${country}&limit=100`);
      const expected = loaded.filter((city) => city.country === country).sort(byPopulation);
      assert.deepEqual(
        data.map(({ population }: CityRow) => population),
        expected.slice(0, 100).map(({ population }) => population),
      );
      const { code } = countries.find(({ id }) => id === country)!;
      const byCode = await get(`/cities?country.code=${code}&limit=100`);
      assert.deepEqual(byCode.data, data);
      const city = await get(`/cities/${loaded[0]!.id}?expand=country&fields=id,country.name`);
      assert.deepEqual(city, {
        id: loaded[0]!.id,
        country: { name: countries.find(({ id }) => id === country)!.name },
      });
    });

    test("filters, sorts, search and pages over the whole", async () => {
      const large = loaded.filter(({ population }) => population >= 2_000_000).length;
      let found = 0;
      let path = "/cities?population[gte]=2000000&sort=name&limit=7&fields=id";
      for (let cursor: string | null = ""; cursor !== null; ) {
        const { data, page } = await get(cursor === "" ? path : `${path}&cursor=${cursor}`);
        found += data.length;
        cursor = page.nextCursor;
      }
      assert.equal(found, large);
      path = `/cities?q=${encodeURIComponent(loaded[0]!.name)}`;
      assert.ok((await get(path)).data.some(({ id }: CityRow) => id === loaded[0]!.id));
      const { data, page } = await get("/countries?limit=250&total=true");
      assert.deepEqual([data.length, page.total, page.hasMore], [250, 250, false]);
    });

    test("places that are in the source twice are in the database twice", async () => {
      const seen = new Map<string, CityRow>();
      const twins = loaded.filter((city) => {
        const key = JSON.stringify({ ...city, id: "" });
        const first = seen.get(key);
        seen.set(key, city);
        return first !== undefined;
      });
      if (database.kind === "postgres") assert.equal(twins.length, 55);
      for (const { name, country, population } of twins.slice(0, 3)) {
        const query = `name=${encodeURIComponent(name)}&country=${country}&population=${population}`;
        assert.ok((await get(`/cities?${query}`)).data.length >= 2, name);
      }
    });
  });
}

function byPopulation(left: CityRow, right: CityRow): number {
  return right.population - left.population;
}
