import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { databases } from "../../../test/support/databases.ts";
import { Captain, type HarbourWorld, openHarbour, Port } from "../../../test/support/harbour.ts";
import { plainRow } from "../../../test/support/materialize.ts";
import { DENIED, type RowSelection } from "./select.ts";

const MASTER = "hm:master";

for (const database of databases()) {
  describe(`repeats that ask for other fields, on ${database.name}`, () => {
    let world: HarbourWorld;
    let port: string;
    let captain: string;
    let keys = 0;
    before(async () => {
      world = await openHarbour(database);
      await world.engine.transaction(async (db) => {
        port = (await db.insert(Port, { name: "Here" })).id;
        captain = (await db.insert(Captain, { name: "Ann", home: port })).id;
      });
    });
    after(() => world.close());

    /** A ship as its captain or the harbour master makes it, asked for again. */
    const askAs = (as: string) => ({
      as,
      key: `ship-${++keys}`,
      input: { name: "Dawn", port, captain, tons: 7, papers: { flag: "x", tags: ["a"] } },
    });
    const create = async (ask: Parameters<HarbourWorld["execute"]>[1]) => {
      const outcome = await world.execute("ship.create", ask);
      assert.ok(outcome.ok, JSON.stringify(outcome));
      return outcome;
    };
    /** What happens to everything between two tries. */
    const sail = async (id: string | undefined) => {
      const moved = await world.execute("ship.patch", {
        id: id!,
        input: { name: "Dusk", tons: 1 },
        as: MASTER,
      });
      assert.ok(moved.ok);
    };

    for (const as of ["captain", MASTER]) {
      test(`a whole row, asked for in parts and in nested ones, by ${as}`, async () => {
        const ask = askAs(as === MASTER ? as : captain);
        const first = await create(ask);
        await sail(first.id);
        const { name, tons, papers } = Object(first.value);
        const some = await create({ ...ask, fields: ["tons", "name", "papers"] });
        assert.equal(some.replayed, true);
        assert.deepEqual(some.value, { tons, name, papers });
        assert.deepEqual(
          [some.kind, some.id, some.version, some.updatedAt],
          [first.kind, first.id, 1, first.updatedAt],
        );
        const { value } = await create({ ...ask, fields: ["id"], expand: ["port"] });
        assert.equal(Object(value).port.name, "Here");
        const select: RowSelection = {
          fields: ["name", "tons", "log", "broker", "papers"],
          refs: [{ field: "captain", row: { fields: ["name", "pay"] } }],
        };
        const nested = await create({ ...ask, select });
        assert.ok(nested.selected && nested.replayed);
        assert.deepEqual(plainRow(nested.selected, select), {
          name: "Dawn",
          tons: 7,
          papers: { flag: "x", tags: ["a"] },
          // Only the captain, who owns the ship, sees its log; only the master sees what anybody earns.
          ...(as === MASTER ? { log: DENIED } : {}),
          "@captain": { name: "Ann", pay: as === MASTER ? "10" : DENIED },
        });
        assert.deepEqual((await create(ask)).value, first.value, "and the first form stays");
      });

      test(`parts of a row, asked for as a whole, by ${as}`, async () => {
        const [parts, whole] = [askAs(as === MASTER ? as : captain), askAs(as === MASTER ? as : captain)];
        const select: RowSelection = {
          fields: ["name"],
          refs: [{ field: "port", row: { fields: ["name"] } }],
        };
        const firsts = [
          { ask: parts, how: { select } },
          { ask: whole, how: { fields: ["port.name", "tons"] } },
        ];
        for (const { ask, how } of firsts) {
          const first = await create({ ...ask, ...how });
          const stored = await world.execute("ship.get", { id: first.id!, as: ask.as });
          assert.ok(stored.ok);
          await sail(first.id);
          const again = await create(ask);
          assert.deepEqual([again.value, again.replayed], [stored.value, true]);
          assert.deepEqual(again.hidden ?? [], stored.hidden ?? []);
          const same = await create({ ...ask, ...how });
          if ("select" in how)
            assert.deepEqual(plainRow(same.selected!, select), plainRow(first.selected!, select));
          else assert.deepEqual(same.value, first.value);
        }
      });
    }

    test("preconditions and waiting are no part of what is asked; row and input are", async () => {
      const ask = askAs(MASTER);
      const { id } = await create(ask);
      const patch = { id: id!, input: { tons: 9 }, key: `ship-${++keys}`, as: MASTER };
      const first = await world.execute("ship.patch", { ...patch, precondition: { ifMatch: [1] } });
      const again = await world.execute("ship.patch", { ...patch, waitMs: 5 });
      assert.ok(first.ok && again.ok);
      assert.deepEqual([first.replayed, again.replayed, again.value], [false, true, first.value]);
      const other = await create(askAs(MASTER));
      const wrong = [
        { ...patch, id: other.id! },
        { ...patch, input: { tons: null } },
        { ...patch, input: {} },
      ];
      for (const each of wrong) {
        const refused = await world.execute("ship.patch", each);
        assert.ok(!refused.ok);
        assert.equal(refused.error.code, "idempotency_key_reused");
      }
    });
  });
}
