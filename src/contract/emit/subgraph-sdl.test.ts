import assert from "node:assert/strict";
import { test } from "node:test";
import { composeServices } from "@apollo/composition";
import { buildSubgraphSchema } from "@apollo/subgraph";
import { isUnionType, parse } from "graphql";
import { atlas } from "../../../examples/atlas/contract.ts";
import { clinic } from "../../../examples/clinic/contract.ts";
import { compile } from "../model/index.ts";
import { emitSubgraphSdl } from "./subgraph-sdl.ts";

const clinicSdl = emitSubgraphSdl(compile(clinic));
const atlasSdl = emitSubgraphSdl(compile(atlas));
const compose = (subgraphs: Record<string, string>) =>
  composeServices(
    Object.entries(subgraphs).map(([name, sdl]) => ({ name, url: `http://${name}`, typeDefs: parse(sdl) })),
  );

test("Apollo's subgraph library takes the text, and finds rows that can be read by id to be entities", () => {
  const schema = buildSubgraphSchema(parse(clinicSdl));
  const entity = schema.getType("_Entity");
  assert.ok(isUnionType(entity));
  const names = entity.getTypes().map(({ name }) => name);
  for (const name of ["Appointment", "Patient", "Provider", "Slot"]) assert.ok(names.includes(name), name);
  assert.ok(!names.includes("PageInfo"));
  assert.match(clinicSdl, /^extend schema @link\(/);
  assert.match(clinicSdl, /type Appointment implements Node @key\(fields: "id"\) \{/);
  assert.doesNotMatch(clinicSdl, /^ {2}nodes?\(/m);
});

test("two contracts compose to one graph, together with a subgraph that adds to a row of ours", () => {
  const ratings = `
    extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key"])
    type Provider @key(fields: "id") { id: ID! rating: Float }
    type Rating { stars: Int! provider: Provider! }
    type Query { ratings: [Rating!]! }
  `;
  const { errors, supergraphSdl } = compose({ clinic: clinicSdl, atlas: atlasSdl, ratings });
  assert.deepEqual(errors ?? [], []);
  assert.match(supergraphSdl ?? "", /type Provider[^{]*@join__type\(graph: RATINGS, key: "id"\)/);
});

test("a contract composes with itself only where nothing is claimed twice, which proves that composition looks", () => {
  const { errors = [] } = compose({ one: clinicSdl, two: clinicSdl });
  assert.ok(errors.length > 0);
});
