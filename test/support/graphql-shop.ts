import { buildSchema, execute, type GraphQLError, parse, specifiedRules, validate } from "graphql";
import type { GraphqlOptions } from "../../src/contract/language/index.ts";
import { compile } from "../../src/contract/model/index.ts";
import { api, resource, t } from "../../src/index.ts";
import { createRunner } from "../../src/runtime/protocols/graphql/create-runner.ts";
import type { GraphqlExecutor } from "../../src/runtime/protocols/graphql/executor.ts";
import { GraphqlRequestError } from "../../src/runtime/protocols/graphql/executor.ts";
import { createGraphqlHandler } from "../../src/runtime/protocols/graphql/index.ts";
import { createServer } from "../../src/runtime/server/index.ts";

const SCHEMA = buildSchema(`
  interface Node { id: ID! }
  type Shop implements Node { id: ID! name: String! shelf: Shelf parts(first: Int, last: Int): ShopConnection! }
  type Shelf { label: String! shelf: Shelf }
  type ShopConnection { edges: [ShopEdge!]! nodes: [Shop!]! totalCount: Int }
  type ShopEdge { node: Shop! cursor: String! }
  type Query {
    shop(id: ID, name: String): Shop
    shops(first: Int = 5, last: Int): ShopConnection!
    broken: String
    secret: String!
    kept(text: String): String
  }
  type Mutation { rename(name: String!): Shop }
`);

/** What a test told the stand-in, and what it was asked. */
export interface ShopLog {
  renamed: string[];
  prepared: number;
}

/** A server that speaks GraphQL over HTTP for a small schema that graphql-js executes, without an engine behind it. */
export async function serveShop(graphql: GraphqlOptions = {}, trusted?: Readonly<Record<string, string>>) {
  const Shop = resource("shop", { id: t.id("shp"), name: t.text() }, { list: { limit: 20 } });
  const model = compile(api("shops", { versions: { v1: "2026-01-01" }, resources: [Shop], graphql }));
  const log: ShopLog = { renamed: [], prepared: 0 };
  const errors: unknown[] = [];
  const server = createServer({
    handler: createGraphqlHandler({
      engine: { model },
      load: async () =>
        createRunner({ model, isDev: true, trusted, createExecutor: (rules) => shopExecutor(log, rules) }),
      onError: (_exchange, thrown) => errors.push(thrown),
    }),
  });
  const { url, port } = await server.listen({ port: 0 });
  return { url: `${url}/graphql`, port, log, errors, close: () => server.close() };
}

type Checks = Parameters<Parameters<typeof createRunner>[0]["createExecutor"]>[0];

function shopExecutor(log: ShopLog, checks: Checks): GraphqlExecutor {
  const refuse = (errors: readonly ReturnType<GraphQLError["toJSON"]>[]) => {
    if (errors.length > 0) throw new GraphqlRequestError(errors);
  };
  return {
    schema: SCHEMA,
    schemaSdl: () => "",
    prepare(source) {
      log.prepared++;
      refuse(checks.checkSource(source));
      const document = parsed(source);
      refuse(checks.checkDocument(document));
      const { hideSuggestions } = checks;
      refuse(
        validate(SCHEMA, document, [...specifiedRules, ...checks.rules], { hideSuggestions }).map((error) =>
          error.toJSON(),
        ),
      );
      return {
        document,
        operations: document.definitions.flatMap((each) =>
          each.kind === "OperationDefinition"
            ? [{ kind: each.operation, ...(each.name === undefined ? {} : { name: each.name.value }) }]
            : [],
        ),
        async execute({ operationName, variables }, context) {
          const result = await execute({
            schema: SCHEMA,
            document,
            rootValue: rootOf(log, context.credentials),
            operationName: operationName ?? null,
            variableValues: variables ?? {},
          });
          return {
            body: JSON.stringify(result),
            hasData: result.data !== undefined,
            rowsRead: 3,
            ...(source.includes("kept") && result.errors === undefined ? { cacheControl: "max-age=60" } : {}),
            ...(source.includes("secret") && context.credentials === undefined
              ? { isUnauthenticated: true }
              : {}),
          };
        },
      };
    },
  };
}

function parsed(source: string) {
  try {
    return parse(source);
  } catch (error) {
    throw new GraphqlRequestError([(error as GraphQLError).toJSON()]);
  }
}

function rootOf(log: ShopLog, credentials: unknown) {
  const shop = { id: "shp_1", name: "Corner", parts: { nodes: [] } };
  return {
    shop: ({ name }: { name?: string }) => ({ ...shop, name: name ?? shop.name }),
    shops: { nodes: [shop], totalCount: 1 },
    broken: () => {
      throw new Error("down");
    },
    secret: () => {
      if (credentials === undefined) throw new Error("who are you?");
      return "42";
    },
    kept: ({ text }: { text?: string }) => text ?? "k".repeat(2000),
    rename: ({ name }: { name: string }) => {
      log.renamed.push(name);
      return { ...shop, name };
    },
  };
}
