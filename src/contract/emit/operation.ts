import type { Model, OperationModel } from "../model/index.ts";
import { toTitle } from "../model/names.ts";
import { accessText } from "./access-text.ts";
import type { EmitContext } from "./context.ts";
import { errorResponses } from "./error-responses.ts";
import { alternatives, type JsonObject } from "./json-object.ts";
import { words } from "./operation-names.ts";
import { parametersOf } from "./parameters.ts";
import { requestBodyOf } from "./request-body.ts";
import { securitySchemes } from "./security.ts";
import { successResponses } from "./success-responses.ts";

/** Tag of the operations that belong to no resource. */
export const FREE_TAG = "Other operations";

/** Returns the OpenAPI operation object of one operation of the model. */
export function operationObject(context: EmitContext, operation: OperationModel): JsonObject {
  const names = context.names.get(operation.id);
  const resource = operation.resource === undefined ? undefined : context.model.resources[operation.resource];
  const body = requestBodyOf(context, operation);
  return {
    operationId: names?.id ?? operation.id,
    summary: names?.summary ?? operation.id,
    description: describe(context, operation),
    tags: [resource ? toTitle(resource.plural) : FREE_TAG],
    ...(operation.deprecated === undefined ? {} : { deprecated: true }),
    security: securityOf(context, operation),
    parameters: parametersOf(context, operation),
    ...(body === undefined ? {} : { requestBody: body }),
    responses: { ...successResponses(context, operation), ...errorResponses(context, operation) },
  };
}

function securityOf({ model }: EmitContext, { access }: OperationModel): JsonObject[] {
  const schemes = Object.keys(securitySchemes(model)).map((name) => ({ [name]: [] }));
  return access.some((rule) => rule.kind === "anyone") ? [{}, ...schemes] : schemes;
}

function describe(context: EmitContext, operation: OperationModel): string {
  const paragraphs = [operationText(context.model, operation)];
  paragraphs.push(accessText(context.model, operation));
  for (const [field, states] of Object.entries(operation.when ?? {})) {
    const allowed = alternatives(states.map((state) => `\`${state}\``));
    paragraphs.push(`Only while \`${field}\` is ${allowed}; otherwise 409 \`invalid_state\`.`);
  }
  if (operation.deprecated !== undefined) paragraphs.push(`Deprecated: ${operation.deprecated}`);
  return paragraphs.join("\n\n");
}

/** Says what an operation does: its author's words or, without them, what follows from its method. */
export function operationText(model: Model, { description, method, name, resource }: OperationModel): string {
  if (description !== undefined) return description;
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
    case "download":
      return `Downloads a file of one ${one}, whole or in ranges.`;
    case "action":
      return `${words(name).replace(/^./, (first) => first.toUpperCase())}: an action on one ${one}.`;
    default:
      return `${words(name).replace(/^./, (first) => first.toUpperCase())}.`;
  }
}
