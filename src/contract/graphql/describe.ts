import { isInGraphql } from "../model/graphql-names.ts";
import type { Model } from "../model/index.ts";
import { describeCommand, describeQuery } from "./describe-operation.ts";
import { describeResource } from "./describe-resource.ts";
import type { GraphqlDescription, GraphqlField, GraphqlType } from "./description.ts";
import { TypeBuilder } from "./type-builder.ts";

/**
 * Says what a model is in GraphQL: the one table that the printed schema, the one that requests are checked against, and
 * their execution are made of.
 */
export function describeGraphql(model: Model): GraphqlDescription {
  const types = new TypeBuilder();
  const hasNodes = Object.values(model.operations).some(({ method }) => method === "get");
  if (hasNodes) {
    types.add({
      kind: "interface",
      name: "Node",
      description: "A row with an id that no other row has, whatever its resource.",
      fields: [{ name: "id", type: "ID!", source: { kind: "member", name: "id" } }],
    });
  }
  const queries: GraphqlField[] = hasNodes ? [...NODE_FIELDS] : [];
  const commands: GraphqlField[] = [];
  for (const operation of Object.values(model.operations)) {
    if (!isInGraphql(operation)) continue;
    if (operation.kind === "query") queries.push(describeQuery(operation, model, types));
    else commands.push(describeCommand(operation, model, types));
  }
  for (const resource of Object.values(model.resources)) describeResource(resource, model, types);
  if (queries.length === 0) queries.push(VERSION_FIELD);
  const roots: GraphqlType[] = [{ kind: "object", name: "Query", fields: queries }];
  if (commands.length > 0) roots.push({ kind: "object", name: "Mutation", fields: commands });
  const sorted = [...types.types.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  return { types: new Map([...roots, ...sorted].map((type) => [type.name, type])) };
}

/** Most ids that `nodes` takes. */
export const MOST_NODES = 100;

const NODE_FIELDS: readonly GraphqlField[] = [
  {
    name: "node",
    type: "Node",
    description: "The row of an id; null where there is none.",
    args: [{ name: "id", type: "ID!" }],
    source: { kind: "node" },
  },
  {
    name: "nodes",
    type: "[Node]!",
    description: `The rows of at most ${MOST_NODES} ids, in their order; null where there is none.`,
    args: [{ name: "ids", type: "[ID!]!" }],
    source: { kind: "nodes" },
  },
];

/** GraphQL wants at least one query. */
const VERSION_FIELD: GraphqlField = {
  name: "contractVersion",
  type: "String!",
  description: "The version of the contract.",
  source: { kind: "version" },
};
