import assert from "node:assert/strict";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, describe, test } from "node:test";
import { ApolloGateway, IntrospectAndCompose } from "@apollo/gateway";
import { buildSubgraphSchema } from "@apollo/subgraph";
import { api, service } from "concordat";
import { parse } from "graphql";
import { createHandler } from "graphql-http/lib/use/http";
import { clinic } from "../../examples/clinic/contract.ts";
import clinicService from "../../examples/clinic/service.ts";
import { http1 } from "../support/http-clients.ts";
import { type ServedClinic, serveClinic } from "../support/serve-clinic.ts";

/** The clinic as a subgraph. */
const subgraph = service(
  api(clinic.name, { ...clinic.options, graphql: { federation: true } }),
  clinicService.handlers,
  clinicService.options,
);

/** A subgraph that somebody else has written, which adds to a row of ours and refers to it. */
const RATINGS = `
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key"])
  type Provider @key(fields: "id") { id: ID! stars: Int! }
  type Rating { text: String! provider: Provider! }
  type Query { ratings: [Rating!]! }
`;

describe("the clinic in a federated graph", () => {
  let served: ServedClinic;
  let ratings: Server;
  let gateway: ApolloGateway;
  let providers: { id: string; name: string }[];
  let execute: Awaited<ReturnType<ApolloGateway["load"]>>["executor"];
  const received: { query: string; variables: Record<string, any> }[] = [];

  const direct = (query: string, variables: unknown = {}, key?: string) =>
    http1(`${served.url}/graphql`, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        ...(key === undefined ? {} : { authorization: `Bearer ${served.keys[key]}` }),
      },
      body: JSON.stringify({ query, variables }),
    }).then(({ json }) => json());

  before(async () => {
    served = await serveClinic(subgraph);
    providers = (await direct("{ providers(first: 3) { nodes { id name } } }")).data.providers.nodes;
    const resolvers = {
      Provider: {
        __resolveReference: ({ id }: { id: string }) => ({ id }),
        stars: ({ id }: { id: string }) => id.length,
      },
      Query: {
        ratings: () =>
          [...providers, ...providers].map(({ id }, at) => ({
            text: `T${at}`,
            provider: { __typename: "Provider", id },
          })),
      },
    };
    const schema = buildSubgraphSchema([{ typeDefs: parse(RATINGS), resolvers }]);
    ratings = createServer(createHandler({ schema }));
    await new Promise<void>((resolve) => ratings.listen(0, "127.0.0.1", resolve));
    const { port } = ratings.address() as AddressInfo;
    gateway = new ApolloGateway({
      supergraphSdl: new IntrospectAndCompose({
        subgraphs: [
          { name: "clinic", url: `${served.url}/graphql` },
          { name: "ratings", url: `http://127.0.0.1:${port}/graphql` },
        ],
      }),
      buildService: ({ url }) => ({
        async process({ request }) {
          const { query = "", variables = {} } = request;
          if (url?.startsWith(served.url) === true) received.push({ query, variables });
          const answer = await http1(url ?? "", {
            method: "POST",
            headers: { "content-type": "application/json" },
            body: JSON.stringify({ query, variables }),
          });
          return answer.json();
        },
      }),
      logger: { debug() {}, info() {}, warn() {}, error() {} },
    });
    execute = (await gateway.load()).executor;
  });
  after(async () => {
    await gateway?.stop();
    ratings?.closeAllConnections();
    ratings?.close();
    await served?.close();
  });

  async function ask(source: string) {
    const document = parse(source);
    return (await execute({
      document,
      request: { query: source },
      queryHash: source,
      cache: { get: async () => undefined, set: async () => {}, delete: async () => {} },
      context: {},
      schema: undefined as never,
      logger: console,
      metrics: {},
      overallCachePolicy: {} as never,
      source,
      operationName: null,
      operation: document.definitions[0] as never,
    } as never)) as { data: any; errors?: readonly { message: string }[] };
  }

  test("a gateway reads the subgraph's text, and joins rows of ours with what others say of them", async () => {
    const { data, errors } = await ask("{ providers(first: 2) { nodes { name stars } } }");
    assert.equal(errors, undefined, JSON.stringify(errors));
    assert.equal(data.providers.nodes.length, 2);
    for (const { name, stars } of data.providers.nodes) assert.ok(name.length > 0 && stars > 4);
  });

  test("rows that others refer to are read by type and id, all with one request", async () => {
    received.length = 0;
    const { data, errors } = await ask("{ ratings { text provider { name specialty stars } } }");
    assert.equal(errors, undefined, JSON.stringify(errors));
    assert.deepEqual(
      data.ratings.map(({ provider }: { provider: { name: string } }) => provider.name),
      [...providers, ...providers].map(({ name }) => name),
    );
    assert.equal(received.length, 1);
    assert.match(received[0]!.query, /_entities\(representations:/);
  });

  const ENTITIES = `query ($r: [_Any!]!) { _entities(representations: $r) { __typename ... on Provider { name } ... on Patient { name } } }`;

  test("who may not read a row gets null in its place, also by reference", async () => {
    const { data } = await direct("{ patients(first: 1) { nodes { id name } } }", {}, "admin");
    const [patient] = data.patients.nodes;
    const r = [
      { __typename: "Provider", id: providers[0]!.id },
      { __typename: "Patient", id: patient.id, name: "ignored" },
      { __typename: "Provider", id: `${providers[0]!.id.slice(0, -2)}00` },
    ];
    const mine = await direct(ENTITIES, { r }, "admin");
    assert.deepEqual(mine.data._entities, [
      { __typename: "Provider", name: providers[0]!.name },
      { __typename: "Patient", name: patient.name },
      null,
    ]);
    const chen = await direct(ENTITIES, { r: [r[1]] }, "grace");
    assert.ok(chen.data._entities[0] === null || patient.name.startsWith("Grace"));
    const stranger = await direct(ENTITIES, { r });
    assert.equal(stranger.data._entities[0].name, providers[0]!.name);
    assert.equal(stranger.data._entities[1], null);
    assert.equal(stranger.errors[0].extensions.code, "unauthenticated");
    assert.deepEqual(stranger.errors[0].path, ["_entities", 1]);
  });

  test("a representation that is none is told by its place, and leaves the others alone", async () => {
    const r = [
      { __typename: "Provider", id: providers[0]!.id },
      { __typename: "Slot", id: providers[0]!.id },
      { __typename: "Nothing", id: "x" },
      { id: providers[0]!.id },
    ];
    const { data, errors } = await direct(ENTITIES, { r });
    assert.deepEqual(data._entities, [
      { __typename: "Provider", name: providers[0]!.name },
      null,
      null,
      null,
    ]);
    assert.deepEqual(
      errors.map(({ path, extensions }: any) => [path[1], extensions.code]),
      [
        [1, "invalid_parameter"],
        [2, "invalid_parameter"],
        [3, "invalid_parameter"],
      ],
    );
    assert.equal((await direct(ENTITIES, { r: ["x"] })).errors[0].extensions.code, "invalid_parameter");
    const many = Array(1001).fill(r[0]);
    assert.equal((await direct(ENTITIES, { r: many })).errors[0].extensions.code, "too_complex");
  });

  test("a service that does not declare it has nothing of a subgraph", async (t) => {
    const plain = await serveClinic();
    t.after(() => plain.close());
    const answer = await http1(`${plain.url}/graphql?query=${encodeURIComponent("{ _service { sdl } }")}`);
    assert.match(answer.json().errors[0].message, /Cannot query field "_service"/);
  });
});
