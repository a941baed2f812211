import type { OperationModel } from "../model/index.ts";
import { toPascalCase, toTitle } from "../model/names.ts";
import { accessText } from "./access-text.ts";
import { type EmitContext, inputRef } from "./context.ts";
import { errorResponses } from "./error-responses.ts";
import { alternatives, type JsonObject } from "./json-object.ts";
import { words } from "./operation-names.ts";
import { parametersOf } from "./parameters.ts";
import { successResponses } from "./success-responses.ts";

/** Tag of the operations that belong to no resource. */
export const FREE_TAG = "Operations";

/** Returns the OpenAPI operation object of one operation of the model. */
export function operationObject(context: EmitContext, operation: OperationModel): JsonObject {
  const names = context.names.get(operation.id);
  const resource = operation.resource === undefined ? undefined : context.model.resources[operation.resource];
  const body = requestBody(context, operation);
  return {
    operationId: names?.id ?? operation.id,
    summary: names?.summary ?? operation.id,
    description: describe(context, operation),
    tags: [resource ? toTitle(resource.plural) : FREE_TAG],
    ...(operation.deprecated === undefined ? {} : { deprecated: true }),
    security: securityOf(operation),
    parameters: parametersOf(context, operation),
    ...(body === undefined ? {} : { requestBody: body }),
    responses: { ...successResponses(context, operation), ...errorResponses(context, operation) },
  };
}

function securityOf({ access }: OperationModel): JsonObject[] {
  const schemes: JsonObject[] = [{ bearer: [] }, { apiKey: [] }];
  return access.some((rule) => rule.kind === "anyone") ? [{}, ...schemes] : schemes;
}

function describe(context: EmitContext, operation: OperationModel): string {
  const paragraphs = [operation.description ?? standardText(context, operation)];
  paragraphs.push(accessText(context.model, operation));
  for (const [field, states] of Object.entries(operation.when ?? {})) {
    const allowed = alternatives(states.map((state) => `\`${state}\``));
    paragraphs.push(`Only while \`${field}\` is ${allowed}; otherwise 409 \`invalid_state\`.`);
  }
  if (operation.deprecated !== undefined) paragraphs.push(`Deprecated: ${operation.deprecated}`);
  return paragraphs.join("\n\n");
}

function standardText({ model }: EmitContext, { method, name, resource }: OperationModel): string {
  const found = resource === undefined ? undefined : model.resources[resource];
  const one = words(found?.name ?? "row");
  const many = words(found?.plural ?? "rows");
  switch (method) {
    case "list":
      return `Lists the ${many} that you may see, a page at a time.`;
    case "get":
      return `Gets one ${one}.`;
    case "create":
      return `Makes a new ${one}.`;
    case "replace":
      return `Replaces everything in the ${one} that callers can set; fields left out are removed or get their default.`;
    case "patch":
      return `Changes the named fields of the ${one}; \`null\` removes one that may be absent.`;
    case "delete":
      return `Deletes the ${one}.`;
    case "action":
      return `${words(name).replace(/^./, (first) => first.toUpperCase())}: an action on one ${one}.`;
    default:
      return `${words(name).replace(/^./, (first) => first.toUpperCase())}.`;
  }
}

function requestBody(context: EmitContext, operation: OperationModel): JsonObject | undefined {
  const { input, method, http } = operation;
  if (input === undefined || http === undefined || http.method === "GET") return undefined;
  const schema = inputRef(context, operation, inputName(context, operation), input);
  // No body at all means an object without keys.
  const optional = Object.values(input.fields).every(
    (field) => field.optional || field.default !== undefined,
  );
  const required = optional ? {} : { required: true };
  const body = { "application/json": { schema }, "application/cbor": { schema } };
  if (method !== "patch") return { ...required, content: body };
  // A JSON Patch is applied to the row as `get` shows it.
  const readable = context.model.operations[`${operation.resource}.get`] !== undefined;
  return {
    ...required,
    description: `A merge patch (RFC 7396)${readable ? " or a JSON Patch (RFC 6902)" : ""}.`,
    content: {
      "application/merge-patch+json": { schema },
      ...body,
      ...(readable ? { "application/json-patch+json": { schema: jsonPatchRef(context) } } : {}),
    },
  };
}

function inputName(context: EmitContext, { id, method, resource }: OperationModel): string {
  if (resource !== undefined && (method === "create" || method === "replace" || method === "patch")) {
    return toPascalCase(resource) + toPascalCase(method);
  }
  return `${toPascalCase(context.names.get(id)?.id ?? id)}Input`;
}

function jsonPatchRef(context: EmitContext): JsonObject {
  const pointer = { type: "string", pattern: "^(/([^~/]|~[01])*)*$" };
  const operation = (ops: readonly string[], member?: JsonObject): JsonObject => ({
    type: "object",
    properties: { op: { type: "string", enum: ops }, path: pointer, ...member },
    required: ["op", "path", ...Object.keys(member ?? {})],
  });
  return context.components.ref(
    "schemas",
    "JsonPatch",
    () => ({
      type: "array",
      description: "Operations applied in order, all or none (RFC 6902).",
      maxItems: 1000,
      items: {
        oneOf: [
          operation(["add", "replace", "test"], { value: { description: "Any JSON value." } }),
          operation(["remove"]),
          operation(["move", "copy"], { from: pointer }),
        ],
      },
    }),
    "json patch",
  );
}
