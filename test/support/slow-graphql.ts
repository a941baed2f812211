import assert from "node:assert/strict";
import { type ExecutionResult, execute, type GraphQLFieldResolver, type GraphQLSchema, parse } from "graphql";
import { ApiError } from "../../src/base/errors/index.ts";
import type { GraphqlDescription } from "../../src/contract/graphql/index.ts";
import { filterFieldName } from "../../src/contract/model/graphql-names.ts";
import type { Model } from "../../src/contract/model/index.ts";
import type { ListQuestion, Outcome } from "../../src/runtime/engine/index.ts";

type Json = Readonly<Record<string, any>>;

/** Makes one call of an operation, whole rows. */
type Ask = (
  operation: string,
  ask: { readonly id?: string; readonly list?: ListQuestion; readonly input?: unknown },
) => Promise<Outcome>;

/** A row, and the fields of it that the caller may not see. */
interface SlowRow {
  readonly resource: string;
  readonly values: Json;
  readonly hidden: readonly string[];
}

/** What the slow reading is made with. */
export interface SlowGraphql {
  readonly model: Model;
  readonly schema: GraphQLSchema;
  readonly description: GraphqlDescription;
  readonly ask: Ask;
}

/**
 * Executes a document in the slow and obvious way: graphql-js asks a resolver for every field, and that makes a call of its
 * own for every row. What the compiled executor answers is held to it.
 */
export function executeSlowly(
  { model, schema, description, ask }: SlowGraphql,
  source: string,
  variables: Json,
): Promise<ExecutionResult> {
  const readRow = async (resource: string, id: string): Promise<SlowRow | undefined> => {
    const got = await ask(`${resource}.get`, { id });
    return got.ok ? { resource, values: got.value as Json, hidden: got.hidden ?? [] } : undefined;
  };
  const readPage = async (resource: string, list: ListQuestion) => {
    const found = await ask(`${resource}.list`, { list });
    if (!found.ok) throw found.error;
    const { data } = found.value as { readonly data: readonly Json[] };
    const rows: SlowRow[] = [];
    for (const values of data) {
      // What only owners see is hidden row by row; a page tells only what is hidden in all.
      rows.push((await readRow(resource, values.id)) ?? { resource, values, hidden: found.hidden ?? [] });
    }
    return { rows, page: found.page! };
  };
  const fieldResolver: GraphQLFieldResolver<any, undefined> = async (parent, args, _context, info) => {
    const type = description.types.get(info.parentType.name);
    assert.ok(type?.kind === "object");
    const { source } = type.fields.find(({ name }) => name === info.fieldName)!;
    switch (source.kind) {
      case "operation": {
        const operation = model.operations[source.id]!;
        if (operation.method === "list") {
          return readPage(operation.resource!, questionOf(model, operation.resource!, args));
        }
        const got = await ask(source.id, { id: args.id });
        if (!got.ok) throw got.error;
        return { resource: operation.resource!, values: got.value, hidden: got.hidden ?? [] };
      }
      case "node": {
        const resource = Object.values(model.resources).find(({ prefix }) =>
          args.id.startsWith(`${prefix}_`),
        );
        if (resource === undefined) return null;
        const got = await ask(`${resource.name}.get`, { id: args.id });
        if (!got.ok && got.error.code === "not_found") return null;
        if (!got.ok) throw got.error;
        return { resource: resource.name, values: got.value, hidden: got.hidden ?? [] };
      }
      case "ref": {
        const { resource, values, hidden } = parent as SlowRow;
        if (hidden.includes(source.field)) throw forbidden();
        const id = values[source.field];
        return id === undefined ? null : readRow(model.resources[resource]!.expand[source.field]!, id);
      }
      case "relation": {
        const { resource, values } = parent as SlowRow;
        const relation = model.resources[resource]!.relations[source.relation]!;
        const question = questionOf(model, relation.resource, args);
        const filter = { ...question.filter, [relation.field]: { in: [values.id] } };
        try {
          return await readPage(relation.resource, { ...question, filter });
        } catch (thrown) {
          throw thrown instanceof ApiError ? forbidden() : thrown;
        }
      }
      case "page":
        return pagePart(source.part, parent);
      case "member": {
        if (!("hidden" in parent)) return parent[source.name];
        if (parent.hidden.includes(source.name)) throw forbidden();
        return parent.values[source.name];
      }
      default:
        throw new TypeError(`Not resolved here: ${source.kind}`);
    }
  };
  const result = execute({
    schema,
    document: parse(source),
    variableValues: variables,
    fieldResolver,
    typeResolver: (row: SlowRow) => pascal(row.resource),
  });
  return Promise.resolve(result);
}

function pagePart(part: string, parent: any): unknown {
  switch (part) {
    case "nodes":
    case "edges":
      return parent.rows;
    case "node":
    case "pageInfo":
      return parent;
    case "hasNextPage":
      return parent.page.hasMore;
    case "hasPreviousPage":
      return parent.page.prevCursor !== null;
    case "totalCount":
      return parent.page.total ?? null;
    default:
      throw new TypeError(`Not resolved here: ${part}`);
  }
}

function questionOf(model: Model, resource: string, { first, last, sort, filter }: Json): ListQuestion {
  const paths = Object.keys(model.resources[resource]!.list.filter);
  const given = Object.entries((filter ?? {}) as Json).filter(([, condition]) => condition !== null);
  const conditions = given.map(([name, condition]) => [
    paths.find((path) => filterFieldName(path) === name),
    Object.fromEntries(
      Object.entries(condition as Json).map(([operator, value]) => [operator, [value].flat().map(String)]),
    ),
  ]);
  return {
    ...(first == null ? {} : { limit: first }),
    ...(last == null ? {} : { limit: last, backward: true }),
    ...(sort == null ? {} : { sort }),
    filter: Object.fromEntries(conditions),
    // Counted whether or not it is shown.
    ...(model.resources[resource]!.list.total === "none" ? {} : { total: true }),
  };
}

function forbidden(): ApiError {
  return new ApiError("forbidden", "Your roles do not show this field.");
}

function pascal(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1);
}
