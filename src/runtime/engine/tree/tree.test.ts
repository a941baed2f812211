import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import fc from "fast-check";
import { databases } from "../../../../test/support/databases.ts";
import {
  Berth,
  Captain,
  type HarbourWorld,
  harbour,
  openHarbour,
  Port,
  Ship,
} from "../../../../test/support/harbour.ts";
import { type PlainPage, plainPage, plainRow } from "../../../../test/support/materialize.ts";
import type { JsonValue } from "../../../base/lib/index.ts";
import type { Outcome } from "../call.ts";
import { DENIED, type ListQuestion, type ListSelection, type RowSelection } from "../select.ts";

const MASTER = "hm:master";
const CALLERS = ["captain 0", "captain 1", MASTER, "sailor 0", undefined] as const;

for (const database of databases()) {
  describe(`selections on ${database.name}`, () => {
    let world: HarbourWorld;
    const ports: string[] = [];
    const captains: string[] = [];
    const ships: string[] = [];
    before(async () => {
      world = await openHarbour(database);
      await world.engine.transaction(async (db) => {
        for (const [at, depth] of [undefined, "3.50", "12.00", undefined].entries()) {
          const above = at > 1 ? ports[at - 2] : undefined;
          const port = await db.insert(Port, {
            name: `P${at}`,
            ...(depth === undefined ? {} : { depth }),
            ...(above === undefined ? {} : { above }),
          });
          ports.push(port.id);
        }
        for (const at of [0, 1, 2]) {
          const home = ports[at % 2]!;
          const phone = at === 1 ? {} : { phone: `+4${at}` };
          captains.push((await db.insert(Captain, { name: `C${at}`, home, ...phone })).id);
        }
        for (let at = 0; at < 12; at++) {
          const ship = await db.insert(Ship, {
            name: `S${at}`,
            tons: at % 4 === 0 ? null : at % 5,
            port: ports[at % 3]!,
            ...(at % 2 === 0 ? { lastPort: ports[at % 4]! } : {}),
            ...(at % 3 === 2 ? {} : { captain: captains[at % 3]! }),
            ...(at % 2 === 0 ? { broker: captains[at % 3]! } : {}),
            ...(at % 5 === 0 ? {} : { log: `fine ${at}` }),
            state: at % 4 === 1 ? "at_sea" : "moored",
            ...(at % 3 === 0 ? { papers: { flag: '"\u2028"', tags: ["a"] } } : {}),
          });
          ships.push(ship.id);
          for (let sailor = 0; sailor < at % 3; sailor++)
            await db.insert(Berth, { ship: ship.id, sailor: `sailor ${sailor}` });
        }
      });
    });
    after(() => world?.close());

    const keyOf = (caller: (typeof CALLERS)[number]) =>
      caller?.startsWith("captain") ? captains[Number(caller.at(-1))] : caller;

    async function row(operation: string, ask: Parameters<HarbourWorld["execute"]>[1]) {
      const outcome = await world.execute(operation, ask);
      assert.ok(outcome.ok, outcome.ok ? "" : `${outcome.error.code}: ${outcome.error.message}`);
      assert.ok(outcome.selected && ask?.select, "a selection is answered by what it selects");
      return plainRow(outcome.selected, ask.select);
    }

    /** What single calls say that a row has of a selection. */
    async function assembled(
      resource: string,
      listed: Row,
      { fields, refs = [], lists = [] }: RowSelection,
      as: string | undefined,
    ): Promise<Record<string, unknown>> {
      const got = await world.execute(`${resource}.get`, { id: String(listed.values.id), as });
      const { values, hidden } = got.ok ? rowOf(got.value, got.hidden) : listed;
      const answer: Record<string, unknown> = {};
      for (const name of fields) {
        if (hidden.includes(name)) answer[name] = DENIED;
        else if (values[name] !== undefined) answer[name] = values[name];
      }
      for (const { field, row: below } of refs) {
        const target = harbour.resources[resource]!.expand[field]!;
        const id = values[field];
        const found = typeof id === "string" ? await world.execute(`${target}.get`, { id, as }) : undefined;
        if (hidden.includes(field)) answer[`@${field}`] = DENIED;
        else if (!found?.ok) answer[`@${field}`] = null;
        else answer[`@${field}`] = await assembled(target, rowOf(found.value, found.hidden), below, as);
      }
      for (const { relation: name, question, row: below } of lists) {
        const relation = harbour.resources[resource]!.relations[name]!;
        const filter = { ...question?.filter, [relation.field]: { in: [String(values.id)] } };
        const found = await world.execute(`${relation.resource}.list`, { list: { ...question, filter }, as });
        answer[`#${name}`] = found.ok ? await assembledPage(relation.resource, found, below, as) : DENIED;
      }
      return answer;
    }

    async function assembledPage(
      resource: string,
      { value, hidden, page }: Outcome & { ok: true },
      selection: RowSelection,
      as: string | undefined,
    ) {
      const data = [];
      for (const one of rowsOf(value))
        data.push(await assembled(resource, rowOf(one, hidden), selection, as));
      const { nextCursor, prevCursor, hasMore, total = null } = page!;
      return { data, nextCursor, prevCursor, hasMore, total };
    }

    test("a selection has what single calls of the same caller have, and denies what they hide", async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.constantFrom(...CALLERS),
          fc.oneof(
            fc.tuple(fc.constant("ship"), selectionOf("ship", 2), questionOf("ship")),
            fc.tuple(fc.constant("port"), selectionOf("port", 2), questionOf("port")),
          ),
          async (caller, [resource, select, list]) => {
            const as = keyOf(caller);
            const whole = await world.execute(`${resource}.list`, { list, as });
            const selected = await world.execute(`${resource}.list`, { list, as, select });
            if (!whole.ok) return assert.equal(selected.ok || selected.error.code, whole.error.code);
            assert.ok(selected.ok && selected.selectedPage, JSON.stringify(selected));
            assert.equal(selected.value, undefined);
            assert.deepEqual(
              plainPage(selected.selectedPage, select),
              await assembledPage(resource, whole, select, as),
            );
          },
        ),
        { numRuns: database.kind === "pglite" ? 25 : 60 },
      );
    });

    test("one row, as single calls have it", async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.constantFrom(...CALLERS),
          fc.nat(11),
          selectionOf("ship", 3),
          async (caller, at, select) => {
            const ask = { id: ships[at]!, as: keyOf(caller) };
            const whole = await world.execute("ship.get", ask);
            const selected = await world.execute("ship.get", { ...ask, select });
            if (!whole.ok) return assert.equal(selected.ok || selected.error.code, whole.error.code);
            assert.ok(selected.ok && selected.selected, JSON.stringify(selected));
            const { id, version, updatedAt } = whole;
            assert.deepEqual([selected.id, selected.version, selected.updatedAt], [id, version, updatedAt]);
            assert.deepEqual(
              plainRow(selected.selected, select),
              await assembled("ship", rowOf(whole.value, whole.hidden), select, ask.as),
            );
          },
        ),
        { numRuns: database.kind === "pglite" ? 15 : 40 },
      );
    });

    test("a ref below a ref, which is read by ids, is held to the rules of its row", async () => {
      const captain = { field: "captain", row: { fields: ["name"] } };
      const ship = { field: "ship", row: { fields: ["name"], refs: [captain] } };
      const select = { fields: [], lists: [{ relation: "berths", row: { fields: [], refs: [ship] } }] };
      for (const [as, expected] of [
        [MASTER, { name: "C1" }],
        ["sailor 0", null],
      ] as const) {
        const { "#berths": berths } = await row("ship.get", { id: ships[1]!, as, select });
        assert.deepEqual((berths as PlainPage).data, [{ "@ship": { name: "S1", "@captain": expected } }]);
      }
    });

    test("one statement for each ref below a relation and for each relation, however many rows", async () => {
      const select: RowSelection = {
        fields: ["name"],
        lists: [
          {
            relation: "shipsByPort",
            row: {
              fields: ["name"],
              refs: [
                {
                  field: "lastPort",
                  row: { fields: ["name"], lists: [{ relation: "captains", row: { fields: ["name"] } }] },
                },
              ],
            },
          },
        ],
      };
      world.statements.length = 0;
      const outcome = await world.execute("port.list", { select, as: MASTER });
      assert.ok(outcome.ok && outcome.selectedPage);
      // Ports; their ships, each with its last port; captains of those.
      assert.equal(world.statements.length, 3, world.statements.join("\n"));
      assert.equal(outcome.rowsRead, 4 + 12 + 2 + 2);
      assert.equal(world.accounts.at(-1)?.rowsRead, outcome.rowsRead);
      const [statement = ""] = world.statements.filter((text) => text.includes('"ships"'));
      assert.ok(!statement.includes('"papers"'), "columns follow the selection");
    });

    test("a cursor of a nested page is that of the list with its filter, and the other way round", async () => {
      const list: ListSelection = {
        relation: "shipsByPort",
        question: { limit: 1, sort: "tons" },
        row: { fields: ["id"] },
      };
      const select = { fields: [], lists: [list] };
      const first = (await row("port.get", { id: ports[0]!, as: MASTER, select }))[
        "#shipsByPort"
      ] as PlainPage;
      const rest = await world.execute("ship.list", {
        list: { sort: "tons", filter: { port: { in: [ports[0]!] } }, cursor: first.nextCursor! },
        as: MASTER,
      });
      assert.ok(rest.ok);
      assert.equal(rowsOf(rest.value).length, 3);
      const next = {
        fields: [],
        lists: [{ ...list, question: { ...list.question, cursor: first.nextCursor! } }],
      };
      const second = await row("port.get", { id: ports[0]!, as: MASTER, select: next });
      const [found] = (second["#shipsByPort"] as PlainPage).data;
      assert.equal(found?.id, rowsOf(rest.value)[0]?.id);
      for (const operation of ["port.get", "port.list"]) {
        const other = await world.execute(operation, { id: ports[1]!, as: MASTER, select: next });
        assert.equal(other.ok || other.error.code, "invalid_cursor");
      }
    });

    test("rows have cursors to both sides", async () => {
      const select = { fields: ["name"] };
      const all = await world.execute("ship.list", { select, list: { sort: "name" }, as: MASTER });
      assert.ok(all.ok && all.selectedPage);
      const page = all.selectedPage;
      const names = page.rows.map((one) => one.value(0));
      for (const [backward, expected] of [
        [false, names.slice(6)],
        [true, names.slice(0, 5)],
      ] as const) {
        const cursor = page.cursor(5, backward)!;
        const beyond = await world.execute("ship.list", {
          select,
          list: { sort: "name", cursor },
          as: MASTER,
        });
        assert.ok(beyond.ok && beyond.selectedPage);
        assert.deepEqual(
          beyond.selectedPage.rows.map((one) => one.value(0)),
          expected,
        );
      }
    });

    test("everything wrong with a selection is told at once, each with its place", async () => {
      const outcome = await world.execute("port.list", {
        as: MASTER,
        fields: ["id"],
        select: {
          fields: ["nam"],
          refs: [{ field: "name", row: { fields: [] } }],
          lists: [
            { relation: "boats", row: { fields: [] } },
            { relation: "notices", row: { fields: [] } },
            {
              relation: "shipsByPort",
              question: { limit: 1000, sort: "state" },
              row: { fields: [], refs: [{ field: "captain", row: { fields: ["rank"] } }] },
            },
          ],
        },
      });
      assert.ok(!outcome.ok);
      assert.deepEqual(outcome.error.violations.map(({ pointer, code }) => `${pointer} ${code}`).sort(), [
        "/boats unknown_field",
        "/nam unknown_field",
        "/name not_allowed",
        "/notices not_allowed",
        "/shipsByPort/captain/rank unknown_field",
        "/shipsByPort?limit too_big",
        "/shipsByPort?sort not_allowed",
        "?fields unknown_parameter",
      ]);
      assert.ok(JSON.stringify(outcome.error.violations).includes("notice.list has a handler of its own"));
    });

    test("a selection that is too deep, too wide or asks for too many rows is refused", async () => {
      let deep: RowSelection = { fields: ["id"] };
      for (let depth = 0; depth < 17; depth++) deep = { fields: [], refs: [{ field: "above", row: deep }] };
      const wide = { fields: [], refs: Array(251).fill({ field: "above", row: { fields: ["id"] } }) };
      const list = { relation: "ports", question: { limit: 100 }, row: { fields: ["id"] } };
      const many = { fields: [], lists: Array(100).fill(list) };
      for (const [select, message] of [
        [deep, "deeper than 16"],
        [wide, "more than 250"],
        [many, "at most 25000"],
      ] as const) {
        world.statements.length = 0;
        const outcome = await world.execute("port.list", { select, as: MASTER });
        assert.ok(!outcome.ok, message);
        assert.ok(world.statements.length <= 1, "nothing was read below the ports");
        assert.equal(outcome.error.code, "too_complex");
        assert.ok(outcome.error.message.includes(message), outcome.error.message);
      }
    });

    test("commands answer with what was selected, below it too, of their own transaction", async () => {
      const select: RowSelection = {
        fields: ["name", "port"],
        refs: [
          {
            field: "port",
            row: {
              fields: ["name"],
              lists: [{ relation: "shipsByPort", question: { limit: 100 }, row: { fields: ["name"] } }],
            },
          },
        ],
      };
      const as = keyOf("captain 0")!;
      const namesOf = (answer: Record<string, any>): string[] =>
        answer["@port"]["#shipsByPort"].data.map(({ name }: { name: string }) => name);
      const input = { name: "New", port: ports[3]!, captain: as };
      const created = await row("ship.create", { input, select, as });
      assert.equal(created.name, "New");
      assert.deepEqual(namesOf(created), ["New"]);
      const outcome = await world.execute("ship.list", {
        list: { filter: { port: { in: [ports[3]!] } } },
        as,
      });
      assert.ok(outcome.ok);
      const id = String(rowsOf(outcome.value)[0]?.id);
      const patched = await row("ship.patch", { id, input: { name: "Newer" }, select, as });
      assert.deepEqual([patched.name, ...namesOf(patched)], ["Newer", "Newer"]);
      const renamed = await row("ship.rename", { id, input: { name: "Newest" }, select, as });
      assert.deepEqual([renamed.name, ...namesOf(renamed)], ["Newest!", "Newest"], "as the handler says");
    });

    test("a command asked for again is answered with what was selected then", async () => {
      const select: RowSelection = {
        fields: ["name", "tons", "log", "lastPort"],
        refs: [
          {
            field: "port",
            row: { fields: ["name"], lists: [{ relation: "captains", row: { fields: ["pay"] } }] },
          },
          { field: "lastPort", row: { fields: ["id"] } },
        ],
      };
      const ask = { input: { name: "Again", port: ports[0]! }, select, as: "nobody", key: "again" };
      const first = await row("ship.create", {
        ...ask,
        input: { ...ask.input, captain: captains[2]! },
        as: MASTER,
      });
      const replayed = await world.execute("ship.create", {
        ...ask,
        input: { ...ask.input, captain: captains[2]! },
        as: MASTER,
      });
      assert.ok(replayed.ok && replayed.selected && replayed.replayed);
      assert.deepEqual(plainRow(replayed.selected, select), first);
      assert.equal(first.log, DENIED);
      assert.equal(first["@lastPort"], null);
    });

    test("a handler's page has its rows, what is below them, and cursors of db.list", async () => {
      const as = MASTER;
      for (const text of ["a", "b", "c"])
        assert.ok((await world.execute("notice.create", { input: { text, port: ports[1]! }, as })).ok);
      const select = { fields: ["text"], refs: [{ field: "port", row: { fields: ["name"] } }] };
      const outcome = await world.execute("notice.list", { list: { limit: 2 }, select, as });
      assert.ok(outcome.ok && outcome.selectedPage);
      const page = outcome.selectedPage;
      assert.deepEqual(
        plainPage(page, select).data,
        ["c", "b"].map((text) => ({ text, "@port": { name: "P1" } })),
      );
      assert.equal(page.cursor(1), page.nextCursor);
      const next = await world.execute("notice.list", { list: { cursor: page.cursor(0)! }, select, as });
      assert.ok(next.ok && next.selectedPage);
      assert.equal(next.selectedPage.rows[0]?.value(0), "b");
    });
  });
}

interface Row {
  readonly values: Readonly<Record<string, JsonValue>>;
  readonly hidden: readonly string[];
}

function rowOf(value: JsonValue | undefined, hidden: readonly string[] = []): Row {
  return { values: Object(value ?? {}), hidden };
}

function rowsOf(page: JsonValue | undefined): readonly Record<string, JsonValue>[] {
  return Object(page ?? {}).data ?? [];
}

function selectionOf(resource: string, depth: number): fc.Arbitrary<RowSelection> {
  const { fields, expand, relations } = harbour.resources[resource]!;
  const some = (names: readonly string[]) =>
    fc.subarray([...names], { maxLength: Math.min(2, names.length) });
  if (depth === 0) return fc.record({ fields: fc.subarray(Object.keys(fields)) });
  const follow = (field: string) =>
    fc.record({ field: fc.constant(field), row: selectionOf(expand[field]!, depth - 1) });
  const gather = (relation: string) => {
    const { resource: target } = relations[relation]!;
    const parts = {
      relation: fc.constant(relation),
      question: questionOf(target),
      row: selectionOf(target, depth - 1),
    };
    return fc.record(parts, { requiredKeys: ["relation", "row"] });
  };
  const offered = Object.keys(relations).filter((name) => name !== "notices");
  return fc.record({
    fields: fc.subarray(Object.keys(fields)),
    refs: some(Object.keys(expand)).chain((names) => fc.tuple(...names.map(follow))),
    lists: some(offered).chain((names) => fc.tuple(...names.map(gather))),
  });
}

function questionOf(resource: string): fc.Arbitrary<ListQuestion> {
  const { list } = harbour.resources[resource]!;
  const sorts = [...list.sort, "createdAt"].flatMap((sort) => [sort, `-${sort}`]);
  const parts: Record<string, fc.Arbitrary<unknown>> = {
    limit: fc.integer({ min: 1, max: 4 }),
    sort: fc.constantFrom(...sorts),
    backward: fc.boolean(),
  };
  if (list.total !== "none") parts.total = fc.boolean();
  if (resource === "ship") {
    parts.search = fc.constantFrom("s1", "s");
    parts.filter = fc.constantFrom(
      { state: { in: ["moored"] } },
      { tons: { isNull: ["true"] } },
      { tons: { gte: ["1"], lt: ["3"] }, state: { ne: ["at_sea"] } },
      { "port.name": { in: ["P0", "P1"] } },
    );
  }
  return fc.record(parts, { requiredKeys: [] }) as fc.Arbitrary<ListQuestion>;
}
