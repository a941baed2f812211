import { filterFieldName, filterTypeName, innerTypeName } from "../model/graphql-names.ts";
import type { FilterModel, Model, ResourceModel } from "../model/index.ts";
import { toPascalCase, toSnakeCase } from "../model/names.ts";
import type { FieldNode } from "../schema/index.ts";
import type { GraphqlField, GraphqlInputField } from "./description.ts";
import type { TypeBuilder } from "./type-builder.ts";

/** Adds a resource's row type and all that its rows and lists are read with. */
export function describeResource(resource: ResourceModel, model: Model, types: TypeBuilder): void {
  const name = toPascalCase(resource.name);
  const isNode = model.operations[`${resource.name}.get`] !== undefined;
  types.add({
    kind: "object",
    name,
    description: resource.description,
    resource: resource.name,
    ...(isNode ? { interfaces: ["Node"] } : {}),
    fields: [
      ...Object.entries(resource.fields).flatMap(([field, node]) => rowFields(field, node, name, types)),
      ...relationFields(resource, model, types),
    ],
  });
}

/** A ref is two fields: the row, and its id, which is there even where the row may not be read. */
function rowFields(name: string, node: FieldNode, outer: string, types: TypeBuilder): GraphqlField[] {
  if (node.writeOnly) return [];
  const field = types.outputField(name, node, outer);
  if (node.type.kind !== "ref") return [field];
  const target = toPascalCase(node.type.resource);
  const row: GraphqlField = { ...field, type: target, source: { kind: "ref", field: name } };
  return [row, { ...field, name: `${name}Id`, description: `Id of \`${name}\`.` }];
}

function relationFields({ relations }: ResourceModel, model: Model, types: TypeBuilder): GraphqlField[] {
  return Object.entries(relations).flatMap(([relation, { resource, field }]) => {
    const target = model.resources[resource];
    if (target === undefined) return [];
    return {
      name: relation,
      type: connectionType(target, types),
      description: `Those of the \`${target.plural}\` whose \`${field}\` this is.`,
      args: listArguments(target, model, types),
      source: { kind: "relation", relation },
    };
  });
}

/** Adds a resource's connection and gives its name. */
export function connectionType(resource: ResourceModel, types: TypeBuilder): string {
  const row = toPascalCase(resource.name);
  const name = `${row}Connection`;
  if (types.has(name)) return name;
  addPageInfo(types);
  types.add({
    kind: "object",
    name: `${row}Edge`,
    fields: [
      { name: "node", type: `${row}!`, source: { kind: "page", part: "node" } },
      {
        name: "cursor",
        type: "String",
        description: "Leads to what lies after this row, or before it. Null where only a handler could say.",
        source: { kind: "page", part: "cursor" },
      },
    ],
  });
  const total: GraphqlField = {
    name: "totalCount",
    type: "Int",
    description:
      resource.list.total === "exact"
        ? "How many there are in all."
        : "About how many there are in all, as the database estimates.",
    source: { kind: "page", part: "totalCount" },
  };
  types.add({
    kind: "object",
    name,
    description: `A page of ${resource.plural}.`,
    fields: [
      { name: "edges", type: `[${row}Edge!]!`, source: { kind: "page", part: "edges" } },
      {
        name: "nodes",
        type: `[${row}!]!`,
        description: "The rows of the edges.",
        source: { kind: "page", part: "nodes" },
      },
      { name: "pageInfo", type: "PageInfo!", source: { kind: "page", part: "pageInfo" } },
      ...(resource.list.total === "none" ? [] : [total]),
    ],
  });
  return name;
}

function addPageInfo(types: TypeBuilder): void {
  const part = (
    name: "hasNextPage" | "hasPreviousPage" | "startCursor" | "endCursor",
    type: string,
    description: string,
  ): GraphqlField => ({ name, type, description, source: { kind: "page", part: name } });
  types.add({
    kind: "object",
    name: "PageInfo",
    description: "Where a page lies in its list.",
    fields: [
      part("hasNextPage", "Boolean!", "Whether rows come after this page."),
      part("hasPreviousPage", "Boolean!", "Whether rows come before this page."),
      part("startCursor", "String", "Of the first row; null on an empty page."),
      part("endCursor", "String", "Of the last row; null on an empty page."),
    ],
  });
}

/** What a list may be asked. */
export function listArguments(
  resource: ResourceModel,
  model: Model,
  types: TypeBuilder,
): readonly GraphqlInputField[] {
  const { limit, maxLimit, search, maxOffset, filter } = resource.list;
  const count = `At most ${maxLimit}; ${limit} where neither is given.`;
  const offset: GraphqlInputField = {
    name: "offset",
    type: "Int",
    description: `How many to pass over: at most ${maxOffset}. Not together with a cursor.`,
  };
  const searched: GraphqlInputField = {
    name: "search",
    type: "String",
    description: `Words to look for in ${search.join(", ")}.`,
  };
  return [
    { name: "first", type: "Int", description: `How many from the beginning, or after a cursor. ${count}` },
    { name: "after", type: "String", description: "A cursor; not together with `last` or `before`." },
    { name: "last", type: "Int", description: `How many up to the end, or to a cursor. ${count}` },
    { name: "before", type: "String", description: "A cursor; not together with `first` or `after`." },
    ...(maxOffset === undefined ? [] : [offset]),
    ...(Object.keys(filter).length === 0
      ? []
      : [{ name: "filter", type: filterType(resource, model, types) }]),
    { name: "sort", type: sortType(resource, types) },
    ...(search.length === 0 ? [] : [searched]),
  ];
}

function filterType(resource: ResourceModel, model: Model, types: TypeBuilder): string {
  const name = `${toPascalCase(resource.name)}Filter`;
  if (types.has(name)) return name;
  const fields = Object.entries(resource.list.filter).map(([path, filter]) => ({
    name: filterFieldName(path),
    type: conditionType(path, filter, { resource, model, types }),
    ...(path.includes(".") ? { description: `By \`${path}\`.` } : {}),
  }));
  return types.add({
    kind: "input",
    name,
    description: "Every condition must hold. One that is null counts as absent.",
    fields,
  });
}

interface FilterScope {
  readonly resource: ResourceModel;
  readonly model: Model;
  readonly types: TypeBuilder;
}

function conditionType(path: string, { operators, field }: FilterModel, scope: FilterScope): string {
  const { resource, types } = scope;
  const type = types.input(field.type, enumName(path, scope));
  return types.add({
    kind: "input",
    name: filterTypeName(resource, path),
    fields: operators.map((operator) => ({
      name: operator,
      type: operator === "isNull" ? "Boolean" : operator === "in" || operator === "ne" ? `[${type}!]` : type,
    })),
  });
}

/** An enum is called by the resource that has the field. */
function enumName(path: string, { resource, model }: FilterScope): string {
  const [head = "", tail] = path.split(".");
  if (tail === undefined) return innerTypeName(toPascalCase(resource.name), head);
  const type = resource.fields[head]?.type;
  const target = type?.kind === "ref" ? model.resources[type.resource] : undefined;
  return innerTypeName(toPascalCase(target?.name ?? resource.name), tail);
}

function sortType(resource: ResourceModel, types: TypeBuilder): string {
  const { sort, defaultSort } = resource.list;
  const paths = [...new Set([...sort, defaultSort.field])];
  return types.add({
    kind: "enum",
    name: `${toPascalCase(resource.name)}Sort`,
    description: `Where it is absent: ${sortName(defaultSort.field, defaultSort.descending)}. Ids break ties.`,
    values: paths.flatMap((path) => [
      { name: sortName(path, false), value: path },
      { name: sortName(path, true), value: `-${path}` },
    ]),
  });
}

function sortName(path: string, descending: boolean): string {
  return `${toSnakeCase(filterFieldName(path)).toUpperCase()}_${descending ? "DESC" : "ASC"}`;
}
