import type { FilterOperator } from "../language/index.ts";
import type { ListModel, OperationModel, ResourceModel } from "../model/index.ts";
import { toPascalCase } from "../model/names.ts";
import type { FieldNode } from "../schema/index.ts";
import type { EmitContext } from "./context.ts";
import { headerParameters } from "./header-parameters.ts";
import type { JsonObject } from "./json-object.ts";
import { isOnRow } from "./operation-errors.ts";
import { exampleId } from "./type-example.ts";
import { fieldSchema, idPattern } from "./type-schema.ts";

/** Returns the parameters of an operation: path, query, headers, in this order. */
export function parametersOf(context: EmitContext, operation: OperationModel): JsonObject[] {
  const resource = operation.resource === undefined ? undefined : context.model.resources[operation.resource];
  const parameters: JsonObject[] = [];
  if (resource && isOnRow(operation)) parameters.push(idParameter(context, resource));
  if (resource && operation.output.kind === "page")
    parameters.push(...listParameters(context, resource, isCounted(operation)));
  const { http, input } = operation;
  for (const place of ["path", "query"] as const) {
    for (const name of (place === "path" ? http?.parameters : http?.query) ?? []) {
      const field = input?.fields[name];
      if (field !== undefined) parameters.push(inputParameter(context, { name, field, place }));
    }
  }
  const rows = operation.output.kind === "row" || operation.output.kind === "page";
  const shown = rows ? context.model.resources[operation.output.resource] : undefined;
  if (shown) parameters.push(...projectionParameters(context, shown));
  return [...parameters, ...headerParameters(context, operation)];
}

function isCounted({ http }: OperationModel): boolean {
  return http?.answer?.kind === "page" && http.answer.keys.total !== undefined;
}

function idParameter(context: EmitContext, resource: ResourceModel): JsonObject {
  return context.components.ref(
    "parameters",
    `${toPascalCase(resource.name)}Id`,
    () => ({
      name: "id",
      in: "path",
      required: true,
      description: `Id of the ${resource.name}.`,
      schema: { type: "string", pattern: idPattern(resource.prefix), examples: [exampleId(resource.prefix)] },
    }),
    `id ${resource.name}`,
  );
}

interface InputParameter {
  readonly name: string;
  readonly field: FieldNode;
  readonly place: "path" | "query";
}

function inputParameter(context: EmitContext, { name, field, place }: InputParameter): JsonObject {
  const { description, deprecated, examples, ...schema } = fieldSchema(field, context.input);
  const optional = field.optional || field.default !== undefined;
  // Tools send the example of a parameter along unless told not to.
  if (examples !== undefined && (!optional || field.example !== undefined)) schema.examples = examples;
  return {
    name,
    in: place,
    ...(optional ? {} : { required: true }),
    ...(description === undefined ? {} : { description }),
    ...(deprecated === undefined ? {} : { deprecated }),
    schema,
  };
}

/** `counted`: every answer has the total, whoever asks. */
function listParameters(context: EmitContext, { list }: ResourceModel, counted: boolean): JsonObject[] {
  const parameters = Object.entries(list.filter).flatMap(([path, { operators, field }]) =>
    operators.map((operator) => filterParameter(context, path, operator, field)),
  );
  if (list.search.length > 0) {
    parameters.push({
      name: "q",
      in: "query",
      description: `Words to search for in ${list.search.map((path) => `\`${path}\``).join(", ")}.`,
      schema: { type: "string", minLength: 1, maxLength: 500 },
    });
  }
  parameters.push(sortParameter(list), limitParameter(list), cursorParameter(context));
  if (list.maxOffset !== undefined) {
    parameters.push({
      name: "offset",
      in: "query",
      description: "Rows to pass over. Not together with `cursor`, which stays exact while rows come and go.",
      schema: { type: "integer", minimum: 0, maximum: list.maxOffset },
    });
  }
  if (list.total !== "none" && !counted) {
    parameters.push({
      name: "total",
      in: "query",
      description: `Adds \`page.total\`: the ${list.total === "exact" ? "exact" : "estimated"} number of rows.`,
      schema: { type: "boolean", default: false },
    });
  }
  return parameters;
}

const COMPARISONS: Readonly<Record<Exclude<FilterOperator, "in" | "isNull">, string>> = {
  ne: "is none of these",
  gt: "is greater than this",
  gte: "is this or greater",
  lt: "is less than this",
  lte: "is this or less",
};

function filterParameter(
  context: EmitContext,
  path: string,
  operator: FilterOperator,
  field: FieldNode,
): JsonObject {
  const name = operator === "in" ? path : `${path}[${operator}]`;
  if (operator === "isNull") {
    const description = `Rows where \`${path}\` has no value (\`true\`) or one (\`false\`).`;
    return { name, in: "query", description, schema: { type: "boolean" } };
  }
  const value = fieldSchema({ type: field.type }, context.input);
  delete value.description;
  delete value.examples;
  if (operator === "in" || operator === "ne") {
    const text = operator === "in" ? "is one of these" : COMPARISONS.ne;
    return {
      name,
      in: "query",
      description: `Rows where \`${path}\` ${text}; several are joined by commas.`,
      style: "form",
      explode: false,
      schema: { type: "array", items: value, minItems: 1, maxItems: 100 },
    };
  }
  return {
    name,
    in: "query",
    description: `Rows where \`${path}\` ${COMPARISONS[operator]}.`,
    schema: value,
  };
}

function sortParameter(list: ListModel): JsonObject {
  const { field, descending } = list.defaultSort;
  return {
    name: "sort",
    in: "query",
    description: "Order of the rows; `-` means descending. The id breaks ties.",
    schema: {
      type: "string",
      enum: [...new Set([...list.sort, field])].flatMap((path) => [path, `-${path}`]),
      default: `${descending ? "-" : ""}${field}`,
    },
  };
}

function limitParameter(list: ListModel): JsonObject {
  return {
    name: "limit",
    in: "query",
    description: "Rows of one page.",
    schema: { type: "integer", minimum: 1, maximum: list.maxLimit, default: list.limit },
  };
}

function cursorParameter(context: EmitContext): JsonObject {
  return context.components.ref("parameters", "Cursor", () => ({
    name: "cursor",
    in: "query",
    description:
      "Where the page begins: `page.nextCursor` or `page.prevCursor` of an answer to the same filter and sort.",
    schema: { type: "string" },
  }));
}

function projectionParameters(context: EmitContext, resource: ResourceModel): JsonObject[] {
  const expand = Object.keys(resource.expand);
  const fields = context.components.ref(
    "parameters",
    `${toPascalCase(resource.name)}Fields`,
    () => ({
      name: "fields",
      in: "query",
      description:
        "Fields to send, joined by commas; the others are left out, even those that the schema requires. " +
        "`ref.field` names a field of an expanded row.",
      style: "form",
      explode: false,
      schema: { type: "array", items: { type: "string", enum: fieldPaths(context, resource) }, minItems: 1 },
    }),
    `fields ${resource.name}`,
  );
  if (expand.length === 0) return [fields];
  return [
    fields,
    context.components.ref(
      "parameters",
      `${toPascalCase(resource.name)}Expand`,
      () => ({
        name: "expand",
        in: "query",
        description: "Refs to send as the rows they name, joined by commas.",
        style: "form",
        explode: false,
        schema: { type: "array", items: { type: "string", enum: expand }, minItems: 1 },
      }),
      `expand ${resource.name}`,
    ),
  ];
}

function fieldPaths(context: EmitContext, resource: ResourceModel): string[] {
  const own = Object.keys(resource.fields).filter((name) => !resource.fields[name]?.writeOnly);
  return own.flatMap((name) => {
    const target = resource.expand[name];
    const row = target === undefined ? undefined : context.model.resources[target];
    const inner = Object.entries(row?.fields ?? {}).filter(([, field]) => !field.writeOnly);
    return [name, ...inner.map(([field]) => `${name}.${field}`)];
  });
}
