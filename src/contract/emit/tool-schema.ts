import type { FilterOperator } from "../language/index.ts";
import type { FilterModel, ListModel, Model, OperationModel, ResourceModel } from "../model/index.ts";
import { alternatives, type JsonObject } from "./json-object.ts";
import { words } from "./operation-names.ts";
import { isOffered, type ToolArgument, type ToolArguments } from "./tool-arguments.ts";
import { exampleId } from "./type-example.ts";
import { fieldSchema, idPattern, objectSchema, type SchemaContext } from "./type-schema.ts";
import { fieldsWithoutFiles } from "./upload-body.ts";

/** What the schemas of one tool are written from. */
export interface ToolSource {
  readonly model: Model;
  readonly operation: OperationModel;
  readonly names: ToolArguments;
  readonly context: SchemaContext;
}

/** Returns the schema of a tool's arguments: the fields of the input, and beside them what protocols say elsewhere. */
export function toolInputSchema(source: ToolSource): JsonObject {
  const { model, operation, names, context } = source;
  const all = Object.entries(operation.input?.fields ?? {});
  const said = fieldsWithoutFiles(all) ?? [];
  const own = objectSchema(Object.fromEntries(said), context);
  const properties: JsonObject = {};
  const required: string[] = [];
  for (const [argument, name] of entriesOf(names)) {
    if (!isOffered(model, operation, argument)) continue;
    properties[name] = argumentSchema(argument, source);
    if (isRequiredArgument(argument, operation)) required.push(name);
  }
  Object.assign(properties, own.properties);
  if (operation.method === "patch") {
    for (const [file] of all.filter((field) => !said.includes(field))) {
      properties[file] = { type: "null", description: "Takes the file away." };
    }
  }
  if (Array.isArray(own.required)) required.push(...own.required);
  return {
    type: "object",
    properties,
    ...(required.length > 0 ? { required } : {}),
    additionalProperties: false,
  };
}

/** The arguments of a tool with their names, in the order of schemas. */
function entriesOf(names: ToolArguments): readonly (readonly [ToolArgument, string])[] {
  return ARGUMENTS.flatMap((argument) => {
    const name = names[argument];
    return name === undefined ? [] : [[argument, name] as const];
  });
}

const ARGUMENTS: readonly ToolArgument[] = [
  ...(["id", "filter", "sort", "search", "limit", "cursor", "offset", "total"] as const),
  ...(["fields", "expand", "ifMatch", "idempotencyKey", "waitSeconds"] as const),
];

function isRequiredArgument(argument: ToolArgument, operation: OperationModel): boolean {
  if (argument === "idempotencyKey") return operation.idempotency === "required";
  if (argument === "ifMatch") return operation.preconditionRequired;
  return argument === "id";
}

function argumentSchema(argument: ToolArgument, source: ToolSource): JsonObject {
  const { model, operation, context } = source;
  const { output } = operation;
  const resource = model.resources[operation.resource ?? ""];
  const shown =
    output.kind === "row" || output.kind === "page" ? model.resources[output.resource] : undefined;
  switch (argument) {
    case "id":
      return idSchema(resource);
    case "filter":
      return filterSchema(shown?.list.filter ?? {}, context);
    case "sort":
      return sortSchema(shown?.list);
    case "search":
      return {
        type: "string",
        description: `Words to search for in ${alternatives([...(shown?.list.search ?? [])], "and")}.`,
        minLength: 1,
        maxLength: 500,
      };
    case "limit":
      return {
        type: "integer",
        description: "Rows of one page.",
        minimum: 1,
        maximum: shown?.list.maxLimit ?? 1,
        default: shown?.list.limit ?? 1,
      };
    case "cursor":
      return {
        type: "string",
        description: "`page.nextCursor` or `page.prevCursor` of an answer to the same filter and sort.",
      };
    case "offset":
      return {
        type: "integer",
        description: "Rows to pass over; not together with `cursor`.",
        minimum: 0,
        maximum: shown?.list.maxOffset ?? 0,
      };
    case "total":
      return { type: "boolean", description: "Adds `page.total`: the number of all rows.", default: false };
    case "fields":
      return namesSchema("Fields to answer with; the others are left out.", fieldNames(shown));
    case "expand":
      return namesSchema("Refs to answer with the rows that they name.", Object.keys(shown?.expand ?? {}));
    case "ifMatch":
      return {
        type: "string",
        description:
          "Version of the row as you read it; if it has changed since, nothing is done. `*`: whatever the version.",
      };
    case "idempotencyKey":
      return {
        type: "string",
        description:
          "Makes a retry safe: a new random text for each thing to be done, the same again for each retry of it.",
        minLength: 1,
        maxLength: 255,
        pattern: "^[\\x21-\\x7e]+$",
      };
    case "waitSeconds":
      return {
        type: "integer",
        description:
          "Seconds to wait for the result. Default 0: the answer is the operation that does the work, to be asked for later.",
        minimum: 0,
        maximum: 86_400,
        default: 0,
      };
  }
}

function idSchema(resource: ResourceModel | undefined): JsonObject {
  if (resource === undefined) return { type: "string" };
  return {
    type: "string",
    description: `Id of the ${words(resource.name)}.`,
    pattern: idPattern(resource.prefix),
    examples: [exampleId(resource.prefix)],
  };
}

const OPERATOR_TEXTS: Readonly<Record<FilterOperator, string>> = {
  in: "is one of these",
  ne: "is none of these",
  gt: "is greater than this",
  gte: "is this or greater",
  lt: "is less than this",
  lte: "is this or less",
  isNull: "has no value (`true`) or one (`false`)",
};

function filterSchema(filters: Readonly<Record<string, FilterModel>>, context: SchemaContext): JsonObject {
  const properties: JsonObject = {};
  for (const [path, { operators, field }] of Object.entries(filters)) {
    const { description: _, examples: __, ...value } = fieldSchema({ type: field.type }, context);
    const conditions: JsonObject = {};
    for (const operator of operators) {
      const description = `\`${path}\` ${OPERATOR_TEXTS[operator]}.`;
      if (operator === "isNull") conditions[operator] = { type: "boolean", description };
      else if (operator === "in" || operator === "ne") {
        conditions[operator] = { type: "array", description, items: value, minItems: 1, maxItems: 100 };
      } else conditions[operator] = { ...value, description };
    }
    properties[path] = { type: "object", properties: conditions, additionalProperties: false };
  }
  return {
    type: "object",
    description: "Conditions that rows meet, all of them.",
    properties,
    additionalProperties: false,
  };
}

function sortSchema(list: ListModel | undefined): JsonObject {
  const { field = "id", descending = false } = list?.defaultSort ?? {};
  return {
    type: "string",
    description: "Order of the rows; `-` means descending.",
    enum: [...new Set([...(list?.sort ?? []), field])].flatMap((path) => [path, `-${path}`]),
    default: `${descending ? "-" : ""}${field}`,
  };
}

function namesSchema(description: string, names: readonly string[]): JsonObject {
  return { type: "array", description, items: { type: "string", enum: names }, minItems: 1 };
}

function fieldNames(resource: ResourceModel | undefined): readonly string[] {
  return Object.entries(resource?.fields ?? {}).flatMap(([name, { writeOnly }]) =>
    writeOnly === undefined ? [name] : [],
  );
}
