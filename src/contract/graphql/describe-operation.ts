import { callName, errorTypeName, graphqlField, payloadField } from "../model/graphql-names.ts";
import { type Model, OPERATION, type OperationModel } from "../model/index.ts";
import { toPascalCase } from "../model/names.ts";
import { connectionType, listArguments } from "./describe-resource.ts";
import type { GraphqlField, GraphqlInputField } from "./description.ts";
import type { TypeBuilder } from "./type-builder.ts";

/** Adds what a query needs, and gives its field of Query. */
export function describeQuery(operation: OperationModel, model: Model, types: TypeBuilder): GraphqlField {
  const resource = model.resources[operation.resource ?? ""];
  const call = callName(operation, resource);
  const about = fieldOf(operation, model);
  if (resource !== undefined && operation.method === "list") {
    return {
      ...about,
      type: connectionType(resource, types),
      args: listArguments(resource, model, types),
    };
  }
  if (resource !== undefined) return { ...about, type: toPascalCase(resource.name), args: [ID] };
  return {
    ...about,
    type: valueType(operation, call, types),
    args: types.inputFields(operation.input?.fields ?? {}, call),
  };
}

const ID: GraphqlInputField = { name: "id", type: "ID!" };

function fieldOf(operation: OperationModel, model: Model): Omit<GraphqlField, "type"> {
  const resource = model.resources[operation.resource ?? ""];
  return {
    name: graphqlField(operation, resource),
    description: operation.description,
    deprecated: operation.deprecated,
    source: { kind: "operation", id: operation.id },
  };
}

/** What a free operation answers with; one that answers with nothing says true. */
function valueType({ output }: OperationModel, call: string, types: TypeBuilder): string {
  return output.kind === "value" ? types.output(output.field.type, `${call}Result`) : "Boolean";
}

/** Adds what a command needs, and gives its field of Mutation. */
export function describeCommand(operation: OperationModel, model: Model, types: TypeBuilder): GraphqlField {
  const { method, input, idempotency, longRunning } = operation;
  const resource = model.resources[operation.resource ?? ""];
  const call = callName(operation, resource);
  const onRow = method !== undefined && method !== "create";
  const own = method === undefined || method === "action";
  const fields = types.inputFields(
    input?.fields ?? {},
    own || resource === undefined ? call : toPascalCase(resource.name),
  );
  const required = fields.some(({ type, default: value }) => type.endsWith("!") && value === undefined);
  const args: GraphqlInputField[] = onRow ? [ID] : [];
  if (fields.length > 0) {
    const type = types.add({ kind: "input", name: `${call}Input`, fields });
    args.push({ name: "input", type: required ? `${type}!` : type });
  }
  if (onRow) {
    const description = "The row's version, as an answer has told it, or `*`: else it fails.";
    args.push({ name: "ifMatch", type: "String", description });
  }
  if (idempotency !== "none") {
    const description =
      idempotency === "required"
        ? "Required here or for the whole request. The same key does the same thing once."
        : "The same key does the same thing once.";
    args.push({ name: "idempotencyKey", type: "String", description });
  }
  if (longRunning !== undefined) {
    const description = "How long to wait for the work before answering with the operation that does it.";
    args.push({ name: "waitSeconds", type: "Int", description });
  }
  return { ...fieldOf(operation, model), type: payloadType(operation, model, types), args };
}

function payloadType(operation: OperationModel, model: Model, types: TypeBuilder): string {
  const { output, method, longRunning, errors } = operation;
  const resource = model.resources[operation.resource ?? ""];
  const call = callName(operation, resource);
  const fields: GraphqlField[] = [];
  if (longRunning !== undefined) {
    const description = "Does the work: ask for it by its id. Null once the work is done.";
    fields.push({
      name: "operation",
      type: toPascalCase(OPERATION),
      description,
      source: { kind: "payload", part: "operation" },
    });
  }
  if (output.kind === "row") {
    const type = toPascalCase(output.resource);
    fields.push({ name: payloadField(output.resource), type, source: { kind: "payload", part: "row" } });
    const description = "Of the row, for `ifMatch`.";
    fields.push({
      name: "version",
      type: "String",
      description,
      source: { kind: "payload", part: "version" },
    });
  } else if (output.kind === "value") {
    const type = valueType(operation, call, types);
    fields.push({ name: "result", type, source: { kind: "payload", part: "result" } });
  }
  if (method === "delete") {
    fields.push({ name: "deletedId", type: "ID", source: { kind: "payload", part: "deletedId" } });
  }
  fields.push({
    name: "replayed",
    type: "Boolean!",
    description: "Whether this is the answer of an earlier call with the same idempotency key.",
    source: { kind: "payload", part: "replayed" },
  });
  if (errors.length > 0) {
    const description = "Why it was refused. Where this is not asked for, it is among the answer's errors.";
    const type = errorUnion(`${call}Error`, errors, model, types);
    fields.push({ name: "error", type, description, source: { kind: "payload", part: "error" } });
  }
  return types.add({ kind: "object", name: `${call}Payload`, fields });
}

function errorUnion(name: string, codes: readonly string[], model: Model, types: TypeBuilder): string {
  const code: GraphqlField = { name: "code", type: "String!", source: { kind: "member", name: "code" } };
  const message: GraphqlField = {
    name: "message",
    type: "String!",
    source: { kind: "member", name: "message" },
  };
  types.add({
    kind: "interface",
    name: "DeclaredError",
    description: "An error that the contract declares.",
    fields: [code, message],
  });
  const members: Record<string, string> = {};
  for (const each of codes) {
    const error = model.errors[each];
    if (error === undefined) continue;
    const type = errorTypeName(each);
    members[each] = type;
    if (types.has(type)) continue;
    const data: GraphqlField[] =
      error.data === undefined ? [] : [types.outputField("data", error.data, type)];
    types.add({
      kind: "object",
      name: type,
      description: error.title,
      interfaces: ["DeclaredError"],
      fields: [code, message, ...data],
    });
  }
  return types.add({ kind: "union", name, members, tag: "code" });
}
