import { describeGraphql, type GraphqlDescription, type GraphqlType, isEntity } from "../graphql/index.ts";
import type { Model } from "../model/index.ts";
import { printDescription } from "./sdl.ts";

/**
 * Writes a model's GraphQL schema as a subgraph of Apollo Federation 2: rows that can be read by id are entities with that
 * key, so that other subgraphs can refer to them and add fields. `node` and `nodes` are left out: an id does not tell a
 * gateway which subgraph to ask.
 */
export function emitSubgraphSdl(model: Model): string {
  const description = withoutNodes(describeGraphql(model));
  const types = [...description.types.values()];
  const own = types.some((type) => type.kind === "input" && type.tag !== undefined) ? [ONE_OF] : [];
  return [LINK, ...own, printDescription(description, directivesOf)].join("\n\n");
}

const LINK = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key", "@shareable"])`;

// Composition does not know it yet.
const ONE_OF = "directive @oneOf on INPUT_OBJECT";

function directivesOf(type: GraphqlType): string {
  if (isEntity(type)) return ' @key(fields: "id")';
  // Every subgraph of ours has it, with one meaning.
  return type.name === "PageInfo" ? " @shareable" : "";
}

function withoutNodes({ types }: GraphqlDescription): GraphqlDescription {
  const query = types.get("Query");
  if (query?.kind !== "object") return { types };
  const fields = query.fields.filter(({ source: { kind } }) => kind !== "node" && kind !== "nodes");
  const kept: GraphqlType = { ...query, fields };
  return { types: new Map([...types].map(([name, type]) => [name, name === "Query" ? kept : type])) };
}
