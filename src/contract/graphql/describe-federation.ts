import type { GraphqlDescription, GraphqlField, GraphqlObject, GraphqlType } from "./description.ts";

/** Most representations that `_entities` takes. */
export const MOST_ENTITIES = 1000;

/**
 * Adds what a subgraph of Apollo Federation 2 offers beside its own schema: `_service` for its text, `_entities` for rows
 * by their ids. https://www.apollographql.com/docs/graphos/schema-design/federated-schemas/reference/subgraph-spec
 */
export function describeSubgraph({ types }: GraphqlDescription): GraphqlDescription {
  const entities = [...types.values()].filter(isEntity).map(({ name }) => name);
  const query = types.get("Query");
  if (query?.kind !== "object") return { types };
  const fields: GraphqlField[] = [
    { name: "_service", type: "_Service!", source: { kind: "subgraph", part: "service" } },
  ];
  const added: GraphqlType[] = [
    {
      kind: "object",
      name: "_Service",
      fields: [{ name: "sdl", type: "String!", source: { kind: "member", name: "sdl" } }],
    },
  ];
  if (entities.length > 0) {
    fields.push({
      name: "_entities",
      type: "[_Entity]!",
      args: [{ name: "representations", type: "[_Any!]!" }],
      source: { kind: "subgraph", part: "entities" },
    });
    added.push(
      { kind: "scalar", name: "_Any", description: "An entity's type and key." },
      {
        kind: "union",
        name: "_Entity",
        members: Object.fromEntries(entities.map((name) => [name, name])),
        tag: "__typename",
      },
    );
  }
  const extended: GraphqlObject = { ...query, fields: [...query.fields, ...fields] };
  const all = [...types].map(([name, type]): [string, GraphqlType] => [
    name,
    name === "Query" ? extended : type,
  ]);
  return { types: new Map([...all, ...added.map((type): [string, GraphqlType] => [type.name, type])]) };
}

/** Whether other subgraphs may name rows of this type by their id: those that can be read by it. */
export function isEntity(type: GraphqlType): boolean {
  return type.kind === "object" && type.interfaces?.includes("Node") === true;
}
