import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { compile } from "concordat";
import { createEngine, type Engine, type RowSelection } from "../../src/runtime/engine/index.ts";
import { databases, type TestStore } from "../../test/support/databases.ts";
import { plainPage, plainRow } from "../../test/support/materialize.ts";
import { type CityRow, readCities, readCountries } from "./data.ts";
import { loadRows } from "./load-rows.ts";
import atlas from "./service.ts";

const countries = readCountries();
// Three batches of the load: every country, and cities enough that the planner has something to choose.
const cities = readCities(countries).slice(0, 9000);

const largest: RowSelection = { fields: ["name", "population"] };
const depthFour: RowSelection = {
  fields: ["name"],
  lists: [
    {
      relation: "cities",
      question: { limit: 3 },
      row: {
        fields: ["name"],
        refs: [
          {
            field: "country",
            row: { fields: ["code"], lists: [{ relation: "cities", question: { limit: 2 }, row: largest }] },
          },
        ],
      },
    },
  ],
};

for (const database of databases()) {
  describe(`selections of the atlas on ${database.name}`, () => {
    const statements: string[] = [];
    let store: TestStore;
    let engine: Engine;
    before(async () => {
      const model = compile(atlas.api);
      store = await database.open(model, { onStatement: (text) => statements.push(text) });
      engine = createEngine({ model, store, cursorSecret: "a secret of 16 or more bytes" });
      await loadRows(
        (work) => engine.transaction(work),
        { countries, cities },
        () => {},
      );
    });
    after(() => store?.close());

    const meta = { protocol: "test", requestId: "r1" };
    const byPopulation = (a: CityRow, b: CityRow) => b.population - a.population || (a.id < b.id ? 1 : -1);
    const citiesOf = (country: string) =>
      cities.filter((city) => city.country === country).sort(byPopulation);

    test("countries, their cities, the country of each, its cities: at most 4 statements", async () => {
      statements.length = 0;
      const outcome = await engine.execute({
        operation: "country.list",
        list: { limit: 20 },
        select: depthFour,
        meta,
      });
      assert.ok(outcome.ok && outcome.selectedPage);
      assert.ok(statements.length <= 4, statements.join("\n"));
      const page = plainPage(outcome.selectedPage, depthFour);
      const expected = countries.toSorted((a, b) => (a.name < b.name ? -1 : 1)).slice(0, 20);
      assert.deepEqual(
        page.data.map((country: any) => ({
          name: country.name,
          cities: country["#cities"].data.map((city: any) => ({
            name: city.name,
            code: city["@country"].code,
            largest: city["@country"]["#cities"].data,
          })),
        })),
        expected.map(({ id, name, code }) => ({
          name,
          cities: citiesOf(id)
            .slice(0, 3)
            .map((city) => ({
              name: city.name,
              code,
              largest: citiesOf(id)
                .slice(0, 2)
                .map(({ name: called, population }) => ({ name: called, population })),
            })),
        })),
      );
    });

    test("the first cities of many countries come from the index of each, and no other city is read", async () => {
      const [list = ""] = statements.filter((text) => text.includes("cross join lateral"));
      const ids = `{${countries.slice(0, 20).map(({ id }) => id)}}`;
      const session = store.open({ deadline: Date.now() + 60_000 });
      await session.sql("analyze cities", []);
      await session.begin();
      await session.sql(`prepare lists as ${list}`, []);
      // As callers have it: used until its plan is settled.
      for (let uses = 0; uses < 8; uses++) await session.sql(`execute lists('${ids}')`, []);
      const rows = await session.sql(
        `explain (analyze, costs off, timing off, summary off) execute lists('${ids}')`,
        [],
      );
      await session.sql("deallocate lists", []);
      await session.rollback();
      const plan = rows.map((row) => String(row["QUERY PLAN"])).join("\n");
      assert.match(plan, /Index Scan Backward using cities_country_population_id_idx/);
      assert.match(plan, /Index Cond: \(country = p.id\)/);
      assert.doesNotMatch(plan, /Seq Scan on cities|Rows Removed/);
    });

    test("a ref that is nested in a list rides along in its statement", async () => {
      statements.length = 0;
      const select = { fields: ["name"], refs: [{ field: "country", row: { fields: ["name"] } }] };
      const outcome = await engine.execute({ operation: "city.list", select, meta });
      assert.ok(outcome.ok && outcome.selectedPage);
      assert.equal(statements.length, 1, statements.join("\n"));
      const byId = new Map(countries.map(({ id, name }) => [id, name]));
      const [first] = cities.toSorted(byPopulation);
      assert.deepEqual(plainRow(outcome.selectedPage.rows[0]!, select), {
        name: first!.name,
        "@country": { name: byId.get(first!.country) },
      });
    });

    test("totals are counted for all parents in one statement", async () => {
      const estimated: RowSelection = {
        fields: ["id"],
        lists: [{ relation: "cities", question: { limit: 1, total: true }, row: { fields: [] } }],
      };
      statements.length = 0;
      const outcome = await engine.execute({
        operation: "country.list",
        list: { limit: 30 },
        select: estimated,
        meta,
      });
      assert.ok(outcome.ok && outcome.selectedPage);
      assert.equal(statements.length, 3, statements.join("\n"));
      const china = outcome.selectedPage.rows.map((row) => {
        const list = row.list(0);
        return typeof list === "symbol" ? -1 : (list.total ?? -1);
      });
      assert.ok(china.every((total) => total >= 0) && china.some((total) => total > 1), String(china));
    });
  });
}
