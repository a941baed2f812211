import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { databases } from "../../../../test/support/databases.ts";
import { Captain, type HarbourWorld, openHarbour, Port, Ship } from "../../../../test/support/harbour.ts";

for (const database of databases()) {
  describe(`rows by several ids on ${database.name}`, () => {
    let world: HarbourWorld;
    const ports: string[] = [];
    const captains: string[] = [];
    const ships: string[] = [];
    before(async () => {
      world = await openHarbour(database);
      await world.engine.transaction(async (db) => {
        for (const name of ["A", "B", "C"]) ports.push((await db.insert(Port, { name })).id);
        for (const at of [0, 1]) {
          captains.push((await db.insert(Captain, { name: `C${at}`, home: ports[at]! })).id);
          ships.push(
            (await db.insert(Ship, { name: `S${at}`, port: ports[at]!, captain: captains[at]! })).id,
          );
        }
      });
    });
    after(() => world?.close());

    const names = { fields: ["name"] };
    const nameOf = (row: { value(place: number): unknown } | null) => row?.value(0) ?? null;

    test("all are read by one statement, each once, and answered in the order asked for", async () => {
      world.statements.length = 0;
      const [a, b, c] = ports;
      const outcome = await world.execute("port.get", { ids: [c!, a!, b!, a!], select: names });
      assert.ok(outcome.ok);
      assert.deepEqual(outcome.selectedRows?.map(nameOf), ["C", "A", "B", "A"]);
      assert.equal(outcome.rowsRead, 3);
      assert.equal(world.statements.filter((text) => text.includes('"ports"')).length, 1);
    });

    test("what is not there, is no id of the resource or may not be read is null", async () => {
      const missing = `${ports[0]!.slice(0, -1)}${ports[0]!.endsWith("0") ? "1" : "0"}`;
      const ids = [missing, captains[0]!, "nonsense", ports[1]!];
      const outcome = await world.execute("port.get", { ids, select: names });
      assert.ok(outcome.ok);
      assert.deepEqual(outcome.selectedRows?.map(nameOf), [null, null, null, "B"]);
      const own = await world.execute("ship.get", { ids: ships, select: names, as: captains[1]! });
      assert.ok(own.ok);
      assert.deepEqual(own.selectedRows?.map(nameOf), [null, "S1"]);
    });

    test("what lies below the rows is read with one statement for all", async () => {
      world.statements.length = 0;
      const select = { fields: ["name"], refs: [{ field: "port", row: names }] };
      const outcome = await world.execute("ship.get", { ids: ships, select, as: "m:master" });
      assert.ok(outcome.ok);
      assert.deepEqual(
        outcome.selectedRows?.map((row) => {
          const port = row?.ref(0);
          return typeof port === "object" && port !== null ? port.value(0) : port;
        }),
        ["A", "B"],
      );
      assert.ok(world.statements.length <= 2, world.statements.join("\n"));
    });

    test("strangers are refused as a whole where nobody unknown may read; other operations take no ids", async () => {
      const stranger = await world.execute("ship.get", { ids: ships, select: names });
      assert.equal(stranger.ok ? "" : stranger.error.code, "unauthenticated");
      const list = await world.execute("port.list", { ids: ports, select: names });
      assert.equal(list.ok ? "" : list.error.code, "not_implemented");
      const many = await world.execute("port.get", { ids: Array(1001).fill(ports[0]), select: names });
      assert.equal(many.ok ? "" : many.error.code, "too_complex");
    });
  });
}
