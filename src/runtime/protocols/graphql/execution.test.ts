import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import fc from "fast-check";
import { parse, validate } from "graphql";
import { databases } from "../../../../test/support/databases.ts";
import {
  Berth,
  Captain,
  type HarbourWorld,
  harbour,
  Notice,
  openHarbour,
  Port,
  Ship,
} from "../../../../test/support/harbour.ts";
import { executeSlowly } from "../../../../test/support/slow-graphql.ts";
import { describeGraphql } from "../../../contract/graphql/index.ts";
import { createGraphqlExecutor } from "./create-executor.ts";
import type { GraphqlExecutor } from "./executor.ts";
import { namedType } from "./plan-scope.ts";

const description = describeGraphql(harbour);
const MASTER = "hm:master";

/** A piece of a document, and the fragments that it spreads. */
interface Piece {
  readonly text: string;
  readonly fragments: readonly string[];
}

const joined = (pieces: readonly Piece[]): Piece => ({
  text: pieces.map(({ text }) => text).join(" "),
  fragments: pieces.flatMap(({ fragments }) => fragments),
});

const directive = fc.constantFrom(
  ...["", "", "", "", "@include(if: $yes)", "@skip(if: $no)", "@skip(if: $yes)"],
  ...["@include(if: $no)", "@include(if: true) @skip(if: $no)", "@skip(if: false)"],
);

/** Arguments of a list of ships or of anything else. */
const listArguments = (type: string) =>
  fc.constantFrom(
    ...["", "(first: 2)", "(first: $n)", "(last: 2)", "(first: 3, sort: null)", "(first: $left)"],
    ...(type === "ShipConnection"
      ? [
          "(first: 2, sort: TONS_DESC)",
          "(filter: { state: { in: [AT_SEA] } })",
          "(filter: { state: { in: [$state] } }, sort: $sort)",
          "(first: 2, filter: $filter, sort: NAME_ASC)",
          "(filter: { state: { in: AT_SEA }, tons: null })",
        ]
      : []),
  );

function selection(type: string, depth: number, ids: readonly string[]): fc.Arbitrary<Piece> {
  const described = description.types.get(type);
  assert.ok(described?.kind === "object" || described?.kind === "interface");
  // Cursors are for tests of their own; no relation passes by a handler's list, and only masters look at a berth.
  const fields = described.fields.filter(
    ({ name, type: of, source }) =>
      !/cursor$/i.test(name) &&
      !["berth", "berths"].includes(name) &&
      !(source.kind === "relation" && name === "notices") &&
      (depth > 0 || isLeaf(of)),
  );
  if (fields.length === 0) return fc.constant({ text: "__typename", fragments: [] });
  const field = fc
    .tuple(fc.constantFrom(...fields), fc.nat(30), directive)
    .chain(([{ name, type: of, args = [] }, alias, include]) => {
      const inner = isLeaf(of) ? fc.constant(undefined) : selection(namedType(of), depth - 1, ids);
      const given =
        args[0]?.name === "id"
          ? fc.constantFrom(...ids).map((id) => `(id: "${id}")`)
          : args.length > 0
            ? listArguments(of)
            : fc.constant("");
      return fc.tuple(inner, given).map(([below, written]): Piece => {
        const key = alias < 20 && written === "" ? "" : `${name}${alias}: `;
        const set = below === undefined ? "" : ` { ${below.text} }`;
        return { text: `${key}${name}${written} ${include}${set}`, fragments: below?.fragments ?? [] };
      });
    });
  const typename = fc.constantFrom<Piece>(
    { text: "__typename", fragments: [] },
    { text: "kind: __typename", fragments: [] },
  );
  const leaf = fc.oneof({ weight: 8, arbitrary: field }, { weight: 1, arbitrary: typename });
  const several = fc.array(leaf, { minLength: 1, maxLength: 5 }).map(joined);
  const condition =
    described.kind === "interface"
      ? fc.constantFrom("Ship", "Port", "Captain", "Node")
      : fc.constantFrom(type, ...(described.interfaces ?? []));
  const fragment = fc
    .tuple(condition, fc.boolean(), fc.nat(1_000_000), directive)
    .chain(([on, isNamed, name, include]) =>
      (on === "Node" ? fc.constant({ text: "id", fragments: [] }) : selectionOn(on, depth, ids)).map(
        ({ text, fragments }): Piece =>
          isNamed
            ? {
                text: `...F${name} ${include}`,
                fragments: [...fragments, `fragment F${name} on ${on} { ${text} }`],
              }
            : { text: `... on ${on} ${include} { ${text} }`, fragments },
      ),
    );
  if (type === "Query") return several;
  return fc
    .tuple(several, fc.array(fragment, { maxLength: depth > 0 ? 1 : 0 }))
    .map(([first, more]) => joined([first, ...more]));
}

function selectionOn(type: string, depth: number, ids: readonly string[]): fc.Arbitrary<Piece> {
  return selection(type, Math.max(depth - 1, 0), ids);
}

function isLeaf(type: string): boolean {
  const named = description.types.get(namedType(type));
  return named === undefined || named.kind === "enum" || named.kind === "scalar";
}

const VARIABLES: Readonly<Record<string, string>> = {
  yes: "Boolean!",
  no: "Boolean = false",
  n: "Int = 1",
  left: "Int",
  state: "ShipState!",
  sort: "ShipSort = PORT_NAME_DESC",
  filter: "ShipFilter",
};

function documentOf({ text, fragments }: Piece): string {
  const all = [text, ...fragments].join("\n");
  const used = Object.entries(VARIABLES).filter(([name]) => new RegExp(`\\$${name}\\b`).test(all));
  const declared = used.map(([name, type]) => `$${name}: ${type}`).join(", ");
  return `query ${declared && `(${declared})`} { ${text} }\n${[...new Set(fragments)].join("\n")}`;
}

for (const database of databases()) {
  describe(`the compiled executor on ${database.name}`, () => {
    let world: HarbourWorld;
    let executor: GraphqlExecutor;
    const ids: string[] = [];
    before(async () => {
      world = await openHarbour(database);
      executor = createGraphqlExecutor({ engine: world.engine });
      await world.engine.transaction(async (db) => {
        const ports: string[] = [];
        for (const name of ["A", "B"]) {
          ports.push((await db.insert(Port, { name, ...(name === "B" ? { above: ports[0]! } : {}) })).id);
        }
        const captains: string[] = [];
        for (const name of ["X", "Y"]) {
          captains.push((await db.insert(Captain, { name, home: ports[0]!, phone: `+${name}` })).id);
        }
        for (let at = 0; at < 6; at++) {
          const { id } = await db.insert(Ship, {
            name: `S"${at}`,
            tons: at % 3 === 0 ? null : at,
            port: ports[at % 2]!,
            ...(at % 2 === 0 ? { lastPort: ports[1]! } : {}),
            ...(at % 3 === 2 ? {} : { captain: captains[at % 3]! }),
            ...(at % 2 === 0 ? { broker: captains[at % 2]! } : {}),
            log: `fine ${at}`,
            state: at % 2 === 0 ? "at_sea" : "moored",
            ...(at % 2 === 0 ? { papers: { flag: "\u2028", tags: ["a", "b"] } } : {}),
          });
          ids.push(id);
          await db.insert(Berth, { ship: id, sailor: "sailor" });
          // A handler lists these: their rows are values, not the database's texts.
          const about = at % 2 === 0 ? { ship: id } : {};
          await db.insert(Notice, { port: ports[at % 2]!, text: `"${at}"`, ...about });
        }
        ids.push(...ports, ...captains, `shi_${"0".repeat(26)}`, "nonsense");
      });
    });
    after(() => world?.close());

    const callers = () => [MASTER, ids.at(-4), "sailor", undefined];

    test("answers as graphql-js does with a resolver for every field", async () => {
      let ran = 0;
      let withErrors = 0;
      await fc.assert(
        fc.asyncProperty(
          fc.constantFrom(...callers()),
          selection("Query", 4, ids).map(documentOf),
          fc.boolean(),
          async (as, source, yes) => {
            const variables = { yes, state: "MOORED", filter: { tons: { in: [1, 4] } } };
            fc.pre(validate(executor.schema, parse(source)).length === 0);
            const ask: HarbourWorld["execute"] = (operation, rest) =>
              world.execute(operation, { ...rest, as });
            const slow = await executeSlowly(
              { model: harbour, schema: executor.schema, description, ask },
              source,
              variables,
            );
            const run = () =>
              executor.prepare(source).execute(
                { variables },
                {
                  meta: { protocol: "graphql", requestId: "r1" },
                  watchGone: () => {},
                  credentials: as === undefined ? undefined : { kind: "api-key", key: as },
                },
              );
            // From the second time on, code that is made for the document writes what is no text of the database.
            const first = await run();
            const answer = await run();
            assert.equal(answer.body, first.body);
            const fast = JSON.parse(answer.body);
            assert.equal(JSON.stringify(fast.data), JSON.stringify(slow.data), source);
            const told = (fast.errors ?? []).map(({ path, extensions }: any) => [path, extensions.code]);
            const meant = (slow.errors ?? []).map(({ path, originalError }: any) => [
              path,
              originalError?.code,
            ]);
            assert.deepEqual(told.map(String).sort(), meant.map(String).sort(), source);
            ran++;
            if (told.length > 0) withErrors++;
          },
        ),
        { numRuns: database.kind === "pglite" ? 60 : 150 },
      );
      assert.ok(ran > 40 && withErrors > 5, `${ran} documents ran, ${withErrors} of them with errors`);
    });
  });
}
