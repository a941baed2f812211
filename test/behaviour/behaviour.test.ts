import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { databases, type TestStore } from "../support/databases.ts";
import { scenariosOf } from "./scenarios/index.ts";
import { PLACES } from "./table.ts";
import { model, openWorld, type World } from "./world.ts";

const scenarios = scenariosOf(model);

for (const database of databases()) {
  describe(database.name, () => {
    // Only for its place: the system under test opens a store of its own there.
    let empty: TestStore | undefined;
    let world: World;

    before(async () => {
      if (database.kind === "postgres") empty = await database.open(model, { tables: false });
      world = await openWorld(empty?.url);
    });

    after(async () => {
      await world?.close();
      await empty?.close();
    });

    for (const place of PLACES.filter((candidate) => candidate.database === database.kind)) {
      for (const scenario of scenarios) {
        const skip = scenario.skip?.(place) ?? false;
        test(`${place.title}: ${scenario.name}`, { skip }, () => scenario.run(world.stages[place.caller]));
      }
    }

    test("nothing failed inside that no scenario meant to fail", () => {
      assert.deepEqual(world.errors, []);
    });
  });
}
