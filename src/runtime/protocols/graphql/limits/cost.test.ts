import assert from "node:assert/strict";
import { test } from "node:test";
import { buildSchema, Kind, parse, validate } from "graphql";
import { createCostEstimator } from "./cost.ts";

const schema = buildSchema(`
  interface Node { id: ID! }
  type Country implements Node { id: ID! name: String cities(first: Int, last: Int): CityConnection! capital: City }
  type City implements Node { id: ID! name: String country: Country twins(first: Int = 3): CityConnection! }
  type CityConnection { edges: [CityEdge!]! nodes: [City!]! totalCount: Int }
  type CityEdge { node: City! cursor: String }
  type CountryConnection { nodes: [Country!]! totalCount: Int }
  type Query { node(id: ID!): Node nodes(ids: [ID!]!): [Node]! countries(first: Int): CountryConnection! city(id: ID!): City }
  type Payload { city: City }
  type Mutation { addCity: Payload }
`);

const isRow = (type: string) => ["Node", "Country", "City"].includes(type);
const cost = (source: string, variables: Record<string, unknown> = {}) => {
  const document = parse(source);
  assert.deepEqual(validate(schema, document), []);
  const operation = document.definitions.find((each) => each.kind === Kind.OPERATION_DEFINITION);
  assert.ok(operation?.kind === Kind.OPERATION_DEFINITION);
  return createCostEstimator(document, operation, { schema, isRow, pageSizeOf: () => 25 })(variables);
};

test("a row costs 1, what wraps it nothing, and a field with first or last as often as that", () => {
  assert.equal(cost('{ city(id: "a") { name } }'), 1);
  assert.equal(cost('{ city(id: "a") { country { name } } }'), 2);
  assert.equal(cost("{ countries(first: 10) { nodes { name } } }"), 10);
  assert.equal(
    cost("{ countries(first: 10) { nodes { cities(last: 4) { edges { node { name } } } } } }"),
    50,
  );
  assert.equal(cost("{ countries { nodes { name } } }"), 25);
  assert.equal(cost("{ countries(first: 99) { totalCount } }"), 1);
  assert.equal(cost("{ __schema { types { fields { name } } } }"), 0);
  assert.equal(cost("mutation { addCity { city { country { name } } } }"), 2);
});

test("variables say how many, with their defaults; what is no number counts as the default page", () => {
  const query = "query ($n: Int = 7) { countries(first: $n) { nodes { name } } }";
  assert.equal(cost(query, { n: 3 }), 3);
  assert.equal(cost(query), 7);
  assert.equal(cost(query, { n: 9007199254740993n }), 1e12);
  assert.equal(cost(query, { n: "3" }), 25);
  assert.equal(cost(query, { n: null }), 25);
  assert.equal(cost(query, { n: -5 }), 1);
});

test("fields that are one value of the answer count once, whichever fragments they stand in", () => {
  const source = `{ countries(first: 10) { ...A ...B nodes { name } } }
    fragment A on CountryConnection { nodes { capital { name } } }
    fragment B on CountryConnection { nodes { capital { id } ... on Country { capital { name } } } }`;
  assert.equal(cost(source), 20);
  assert.equal(cost('{ a: city(id: "a") { name } b: city(id: "a") { name } }'), 2);
});

test("a node costs what any of its types may", () => {
  assert.equal(cost('{ node(id: "a") { id } }'), 1);
  const source =
    '{ node(id: "a") { ... on Country { cities(first: 3) { nodes { id } } } ... on City { country { id } } } }';
  assert.equal(cost(source), 5);
});

test("rows that are asked for by a list of ids cost as many as there are", () => {
  assert.equal(cost('{ nodes(ids: ["a", "b", "c"]) { id } }'), 3);
  const query = "query ($ids: [ID!]!) { nodes(ids: $ids) { ... on City { country { id } } } }";
  assert.equal(cost(query, { ids: Array(50).fill("a") }), 100);
  assert.equal(cost(query, { ids: "a" }), 2);
});
