import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { databases } from "../../../../test/support/databases.ts";
import { Captain, type HarbourWorld, openHarbour, Port, Ship } from "../../../../test/support/harbour.ts";
import { type Newsroom, openNewsroom } from "../../../../test/support/newsroom.ts";
import { createGraphqlExecutor } from "./create-executor.ts";
import { type GraphqlContext, type GraphqlExecutor, GraphqlRequestError } from "./executor.ts";

const [database] = databases();
assert.ok(database);

function contextOf(as: string | undefined, rest: Partial<GraphqlContext> = {}): GraphqlContext {
  return {
    meta: { protocol: "graphql", requestId: "r1" },
    watchGone: () => {},
    credentials: as === undefined ? undefined : { kind: "api-key", key: as },
    ...rest,
  };
}

/** Runs a document and gives its whole answer. */
function asker(executor: () => GraphqlExecutor) {
  return async (
    source: string,
    {
      as,
      variables = {},
      ...rest
    }: { as?: string; variables?: Record<string, unknown> } & Partial<GraphqlContext> = {},
  ): Promise<any> => {
    const answer = await executor().prepare(source).execute({ variables }, contextOf(as, rest));
    const { body, ...facts } = answer;
    return { ...JSON.parse(body), facts };
  };
}

describe("queries", () => {
  let world: HarbourWorld;
  let executor: GraphqlExecutor;
  const ask = asker(() => executor);
  const ports: string[] = [];
  const ships: string[] = [];
  before(async () => {
    world = await openHarbour(database);
    executor = createGraphqlExecutor({ engine: world.engine });
    await world.engine.transaction(async (db) => {
      for (const name of ["A", "B", "C", "D", "E"]) ports.push((await db.insert(Port, { name })).id);
      const captain = (await db.insert(Captain, { name: "X", home: ports[0]! })).id;
      for (const port of ports) ships.push((await db.insert(Ship, { name: "S", port, captain })).id);
    });
  });
  after(() => world?.close());

  const page = (args: string) =>
    `{ ports(${args}) { nodes { name } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }`;
  const names = ({ data }: any) => data.ports.nodes.map(({ name }: any) => name).join("");

  test("first and after read forward, last and before backward, with the same cursors", async () => {
    const first = await ask(page("first: 2"));
    assert.equal(names(first), "AB");
    const { endCursor, ...edges } = first.data.ports.pageInfo;
    assert.deepEqual([edges.hasNextPage, edges.hasPreviousPage], [true, false]);
    const second = await ask(page(`first: 2, after: "${endCursor}"`));
    assert.equal(names(second), "CD");
    assert.equal(names(await ask(page(`last: 1, before: "${second.data.ports.pageInfo.startCursor}"`))), "B");
    const last = await ask(page("last: 2"));
    assert.equal(names(last), "DE");
    assert.deepEqual(
      [last.data.ports.pageInfo.hasNextPage, last.data.ports.pageInfo.hasPreviousPage],
      [false, true],
    );
    const { data } = await ask("{ ports { edges { cursor node { name } } totalCount } }");
    assert.equal(data.ports.totalCount, 5);
    for (const [index, { cursor }] of data.ports.edges.entries()) {
      assert.equal(names(await ask(page(`after: "${cursor}"`))), "ABCDE".slice(index + 1));
      assert.equal(names(await ask(page(`before: "${cursor}"`))), "ABCDE".slice(0, index));
    }
  });

  test("cursors are those of the list itself, whichever protocol wrote them", async () => {
    const outcome = await world.execute("port.list", { list: { limit: 2 } });
    assert.ok(outcome.ok && outcome.page?.nextCursor);
    assert.equal(names(await ask(page(`first: 2, after: "${outcome.page.nextCursor}"`))), "CD");
  });

  test("arguments that do not go together are refused, each named", async () => {
    const { errors, data } = await ask('{ ports(first: 1, last: 1, before: "x") { nodes { id } } }');
    assert.deepEqual(data, { ports: null });
    const [{ path, extensions }] = errors;
    assert.deepEqual([path, extensions.code], [["ports"], "invalid_parameter"]);
    assert.deepEqual(
      extensions.violations.map(({ pointer }: any) => pointer),
      ["?last", "?before"],
    );
    const foreign = await ask('{ ports(first: 1, after: "x") { nodes { id } } }');
    assert.equal(foreign.errors[0].extensions.code, "invalid_cursor");
  });

  test("a document of four levels is at most four statements, whatever it finds", async () => {
    world.statements.length = 0;
    const { data, facts } = await ask(
      "{ ports { nodes { name ships: shipsByPort { nodes { name captain { name home { name } } } } } } }",
      { as: "hm:master" },
    );
    assert.equal(data.ports.nodes[4].ships.nodes[0].captain.home.name, "A");
    // A ship's captain is read with the ship.
    assert.equal(world.statements.length, 3, world.statements.join("\n"));
    assert.equal(facts.rowsRead, 5 + 5 + 1 + 1);
  });

  test("node and nodes find rows of any resource, and say nothing of those that are not there", async () => {
    const { data, errors } = await ask(
      `query($ids: [ID!]!) { node(id: "${ports[1]}") { __typename id ... on Port { name } }
        nodes(ids: $ids) { id ... on Ship { name } } none: node(id: "por_${"0".repeat(26)}") { id } }`,
      { as: "hm:master", variables: { ids: [ships[0], "nonsense", ports[0]] } },
    );
    assert.equal(errors, undefined);
    assert.deepEqual(data.node, { __typename: "Port", id: ports[1], name: "B" });
    assert.deepEqual(data.nodes, [{ id: ships[0], name: "S" }, null, { id: ports[0] }]);
    assert.equal(data.none, null);
    const many = await ask("query($ids: [ID!]!) { nodes(ids: $ids) { id } }", {
      variables: { ids: new Array(101).fill("x") },
    });
    assert.deepEqual([many.data, many.errors[0].extensions.code], [null, "invalid_parameter"]);
  });

  test("one field that fails leaves the others, and a get tells its row's version", async () => {
    const { data, errors, extensions } = await ask(
      `{ a: port(id: "${ports[0]}") { name } b: port(id: "x") { name } ships { nodes { id } } }`,
    );
    assert.deepEqual(data, { a: { name: "A" }, b: null, ships: null });
    assert.deepEqual(
      errors.map(({ path, locations, extensions: { code, status, retry, requestId } }: any) => [
        ...[path.join(), locations.length, code],
        ...[status, retry, requestId],
      ]),
      [
        ["b", 1, "not_found", 404, "no", "r1"],
        ["ships", 1, "unauthenticated", 401, "no", "r1"],
      ],
    );
    assert.deepEqual(extensions, { versions: { a: "1" } });
  });

  test("an answer is kept as its strictest operation says, and not at all with errors", async () => {
    const { facts } = await ask(`{ port(id: "${ports[0]}") { name } }`);
    assert.equal(facts.cacheControl, "private, no-cache");
    assert.equal((await ask('{ port(id: "x") { name } }')).facts.cacheControl, undefined);
    const { facts: refused } = await ask("{ ships { nodes { id } } }");
    assert.equal(refused.isUnauthenticated, true);
  });

  test("the schema tells of itself, and keys may have any name", async () => {
    const { data } = await ask(
      "query($n: String!) { __typename __type(name: $n) { ...T } __proto__: ports(first: 1) { __proto__: nodes { constructor: name } } } fragment T on __Type { kind }",
      { variables: { n: "Ship" } },
    );
    assert.equal(data.__type.kind, "OBJECT");
    const own = Object.getOwnPropertyDescriptor(data, "__proto__")?.value;
    assert.equal(JSON.stringify(own), '{"__proto__":[{"constructor":"A"}]}');
  });

  test("what cannot be run is a request error: nothing of it is run, and there is no data", async () => {
    for (const source of [
      "{",
      "{ nothing }",
      "{ ports(first: true) { nodes { id } } }",
      "fragment F on Port { id }",
    ]) {
      assert.throws(
        () => {
          const { operations } = executor.prepare(source);
          assert.equal(operations.length, 0);
          throw new GraphqlRequestError([]);
        },
        (thrown) => thrown instanceof GraphqlRequestError,
        source,
      );
    }
    const two = executor.prepare("query A { __typename } query B { __typename }");
    for (const [operationName, expected] of [
      [undefined, false],
      ["C", false],
      ["A", true],
    ] as const) {
      const answer = await two.execute({ operationName }, contextOf(undefined));
      assert.equal(answer.hasData, expected);
      assert.equal(answer.body.includes("malformed_request"), !expected);
    }
    const subscription = await executor.prepare("subscription { a }").execute({}, contextOf(undefined));
    assert.match(subscription.body, /"code":"not_implemented"/);
  });

  test("variables are coerced without rounding, and all that is wrong with them is told at once", async () => {
    const { errors, facts, data } = await ask(
      "query($n: Int!, $f: ShipFilter, $s: ShipSort) { ships(first: $n, filter: $f, sort: $s) { nodes { id } } }",
      { as: "hm:master", variables: { f: { state: { in: ["MOORED", "moored"] }, size: 1 }, s: "UP" } },
    );
    assert.deepEqual([data, facts.hasData], [undefined, false]);
    assert.deepEqual(
      errors[0].extensions.violations.map(({ pointer, code }: any) => [pointer, code]),
      [
        ["?first", "required"],
        ["?filter/state/in/1", "not_allowed"],
        ["?filter/size", "unknown_field"],
        ["?sort", "not_allowed"],
      ],
    );
  });

  test("the same document is prepared once", () => {
    assert.equal(executor.prepare("{ __typename }"), executor.prepare("{ __typename }"));
    assert.match(executor.schemaSdl(), /^type Query \{/);
  });
});

describe("mutations", () => {
  let room: Newsroom;
  let executor: GraphqlExecutor;
  let ada: string;
  const ask = asker(() => executor);
  before(async () => {
    room = await openNewsroom(database);
    executor = createGraphqlExecutor({ engine: room.engine });
    ada = await room.writer("Ada");
  });
  after(() => room?.close());

  const article = async (words = "1") =>
    (await room.ok("article.create", { input: { title: "T", words }, as: ada })).id as string;

  test("a declared error is in the payload where it is asked for, and among the errors where it is not", async () => {
    const id = await article("9007199254740993");
    const asked = await ask(
      `mutation { printArticle(id: "${id}", input: { limit: 9007199254740992 }) { article { id } version replayed
        error { __typename ... on DeclaredError { code message } ... on TooLongForPrintError { data { words } } } } }`,
      { as: ada },
    );
    assert.equal(asked.errors, undefined);
    const { error, ...rest } = asked.data.printArticle;
    assert.deepEqual(rest, { article: null, version: null, replayed: false });
    assert.deepEqual(
      [error.__typename, error.code, error.data],
      ["TooLongForPrintError", "too_long_for_print", { words: "9007199254740993" }],
    );
    const silent = await ask(`mutation { printArticle(id: "${id}", input: { limit: "1" }) { version } }`, {
      as: ada,
    });
    assert.deepEqual(silent.data, { printArticle: null });
    const [{ path, extensions }] = silent.errors;
    assert.deepEqual(
      [path, extensions.code, extensions.status],
      [["printArticle"], "too_long_for_print", 409],
    );
    assert.deepEqual(extensions.data, { words: "9007199254740993" });
    const other = await ask(
      `mutation { printArticle(id: "x", input: { limit: 1 }) { error { __typename } } }`,
      { as: ada },
    );
    assert.deepEqual([other.data.printArticle, other.errors[0].extensions.code], [null, "not_found"]);
  });

  test("fields run one after the other, each with a key of its own, and a repetition is told", async () => {
    const source =
      "mutation($t: String!) { a: createArticle(input: { title: $t }) { article { id } replayed } b: createArticle(input: { title: $t }) { article { id state } replayed } }";
    const first = await ask(source, { as: ada, variables: { t: "one" }, idempotencyKey: "key-1" });
    assert.notEqual(first.data.a.article.id, first.data.b.article.id);
    const again = await ask(source, { as: ada, variables: { t: "one" }, idempotencyKey: "key-1" });
    assert.deepEqual(
      [again.data.a.article, again.data.b.article, again.data.a.replayed, again.data.b.replayed],
      [first.data.a.article, first.data.b.article, true, true],
    );
    const reused = await ask(source, { as: ada, variables: { t: "two" }, idempotencyKey: "key-1" });
    assert.equal(reused.errors[0].extensions.code, "idempotency_key_reused");
  });

  test("null removes and absent leaves; a version is insisted on", async () => {
    const id = await article();
    const patch = (args: string) =>
      ask(`mutation { patchArticle(id: "${id}", ${args}) { article { teaser rank } version } }`, { as: ada });
    const { data } = await patch('input: { teaser: "t", rank: 5 }');
    assert.deepEqual(data.patchArticle, { article: { teaser: "t", rank: 5 }, version: "2" });
    assert.deepEqual((await patch("input: { rank: null }")).data.patchArticle.article, {
      teaser: "t",
      rank: null,
    });
    assert.deepEqual((await patch('input: { teaser: null }, ifMatch: "3"')).data.patchArticle.article, {
      teaser: null,
      rank: null,
    });
    const stale = await patch('input: { rank: 1 }, ifMatch: "1"');
    assert.equal(stale.errors[0].extensions.code, "precondition_failed");
    const odd = await patch('input: { rank: 1 }, ifMatch: "W/1"');
    assert.equal(odd.errors[0].extensions.code, "invalid_parameter");
  });

  test("what is wrong with an input is what every protocol says of it, and nothing is done", async () => {
    const source =
      'mutation($i: CreateArticleInput!) { a: createArticle(input: { title: "done?" }) { version } b: createArticle(input: $i) { version } }';
    const count = async () => (await room.ok("tally")).articles;
    const before = await count();
    const { errors, data } = await ask(source, {
      as: ada,
      variables: { i: { title: "", rank: "x", nothing: 1 } },
    });
    assert.equal(data, undefined);
    assert.deepEqual(
      errors[0].extensions.violations.map(({ pointer, code }: any) => `${pointer} ${code}`).sort(),
      ["/nothing unknown_field", "/rank wrong_type", "/title too_short"],
    );
    assert.equal(await count(), before);
    const stranger = await ask("mutation($i: CreateWriterInput!) { createWriter(input: $i) { version } }", {
      as: ada,
      variables: { i: {} },
    });
    assert.equal(stranger.errors[0].extensions.code, "forbidden");
  });

  test("a deletion tells the id of what is gone", async () => {
    const id = await article();
    const { data } = await ask(`mutation { deleteArticle(id: "${id}") { deletedId replayed } }`, { as: ada });
    assert.deepEqual(data, { deleteArticle: { deletedId: id, replayed: false } });
  });
});
