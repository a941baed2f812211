import type { FileOutput, OperationModel, ResourceModel } from "../model/index.ts";
import { toPascalCase } from "../model/names.ts";
import { acceptedResponse } from "./accepted-response.ts";
import { type EmitContext, rowRef } from "./context.ts";
import { halPageRef, halRowRef } from "./hal-schema.ts";
import { type HeaderName, headerRefs } from "./headers.ts";
import type { JsonObject } from "./json-object.ts";
import { words } from "./operation-names.ts";
import { pageEnvelope, pageRef } from "./page-schema.ts";
import { fieldSchema } from "./type-schema.ts";
import { BYTES } from "./upload-body.ts";

/** Returns the responses of an operation that went well, by status. */
export function successResponses(context: EmitContext, operation: OperationModel): JsonObject {
  const { output, http } = operation;
  if (http === undefined) return {};
  const resource =
    output.kind === "row" || output.kind === "page" ? context.model.resources[output.resource] : undefined;
  if (output.kind === "file") return fileResponses(context, operation, output);
  const body = contentOf(context, operation, resource);
  const responses: JsonObject = {
    [String(http.status)]: {
      description: describe(context, operation, resource) + inTime(operation),
      headers: headerRefs(context, headersOf(operation)),
      ...(body === undefined ? {} : { content: body }),
    },
  };
  if (http.method === "GET" && hasEntityTag(operation)) {
    responses["304"] = notModified(context);
  } else if (body !== undefined && operation.kind === "command" && http.status !== 201) {
    responses["204"] = {
      description: "Done, and `Prefer: return=minimal` asked for no body.",
      headers: headerRefs(
        context,
        headersOf(operation).filter((name) => name !== "Content-Location"),
      ),
    };
  }
  if (operation.longRunning !== undefined) responses["202"] = acceptedResponse(context, operation);
  return responses;
}

function notModified(context: EmitContext): JsonObject {
  return context.components.ref("responses", "NotModified", () => ({
    description: "The representation that If-None-Match names is still right; no body.",
    headers: headerRefs(context, ["ETag", "X-Request-Id"]),
  }));
}

/** A file, whole or in ranges. */
function fileResponses(context: EmitContext, operation: OperationModel, { field }: FileOutput): JsonObject {
  const { mediaTypes = ["*/*"] } = field.type.kind === "file" ? field.type : {};
  const content = Object.fromEntries(mediaTypes.map((mediaType) => [mediaType, { schema: BYTES }]));
  const about: HeaderName[] = [
    ...(["Content-Disposition", "Content-Security-Policy"] as const),
    ...(["Accept-Ranges", "Repr-Digest", "Last-Modified"] as const),
  ];
  const names = [...headersOf(operation), ...about];
  return {
    "200": { description: "The file.", headers: headerRefs(context, names), content },
    "206": {
      description: "The bytes that Range asks for; several ranges as multipart/byteranges.",
      headers: headerRefs(context, [...names, "Content-Range"]),
      content: { ...content, "multipart/byteranges": { schema: BYTES } },
    },
    "304": notModified(context),
  };
}

/** What is answered directly of a long-running command. */
function inTime({ longRunning }: OperationModel): string {
  return longRunning === undefined
    ? ""
    : " Only where `Prefer: wait=…` asked for it and it was done in time.";
}

function contentOf(
  context: EmitContext,
  operation: OperationModel,
  resource: ResourceModel | undefined,
): JsonObject | undefined {
  const { output } = operation;
  if (output.kind === "none") return undefined;
  if (!hasOwnForms(context, operation)) {
    return { "application/json": { schema: givenSchema(context, operation, resource) } };
  }
  const schema = outputSchema(context, operation, resource);
  const content = { "application/json": { schema }, "application/cbor": { schema } };
  if (output.kind === "value" || resource === undefined) return content;
  const hal = output.kind === "row" ? halRowRef(context, resource) : halPageRef(context, resource);
  return {
    "application/json": { schema },
    "application/hal+json": { schema: hal },
    "application/cbor": { schema },
    ...(output.kind === "row" ? {} : LINES),
  };
}

/** Whether answers have the house's own forms; those that a contract gives another shape are JSON alone. */
function hasOwnForms({ model }: EmitContext, { http }: OperationModel): boolean {
  return http?.answer === undefined && model.rest.timestamps === "shortest";
}

function outputSchema(
  context: EmitContext,
  { name, resource: owner, output }: OperationModel,
  resource: ResourceModel | undefined,
): JsonObject {
  if (output.kind === "page" && resource) return pageRef(context, resource);
  if (output.kind !== "value") return resource ? rowRef(context, resource) : {};
  return context.components.ref(
    "schemas",
    `${toPascalCase(name)}${toPascalCase(owner ?? "")}Output`,
    () => fieldSchema(output.field, context.output),
    `output ${owner ?? ""}.${name}`,
  );
}

/** The schema of an answer whose shape the contract gives. */
function givenSchema(
  context: EmitContext,
  operation: OperationModel,
  resource: ResourceModel | undefined,
): JsonObject {
  const answer = operation.http?.answer;
  if (answer?.kind === "page") return pageEnvelope(context, answer.keys, resource);
  const schema = outputSchema(context, operation, resource);
  if (answer === undefined) return schema;
  return { type: "object", properties: { [answer.key]: schema }, required: [answer.key] };
}

/** Forms of a list that are no JSON value: text as far as a schema can tell. */
const LINES = {
  "text/csv": {
    schema: { type: "string", description: "A header line of field paths, then a line for each row." },
  },
  "application/x-ndjson": {
    schema: { type: "string", description: "Each row as JSON on a line of its own." },
  },
} as const;

function headersOf(operation: OperationModel): HeaderName[] {
  const { kind, output, method, idempotency } = operation;
  const isCommand = kind === "command";
  const names: HeaderName[] = ["X-Request-Id", "Cache-Control"];
  if (hasEntityTag(operation)) names.push("ETag");
  if (output.kind === "row") names.push(isCommand ? "Content-Location" : "Last-Modified");
  if (output.kind === "page") names.push("Link");
  if (method === "create") names.push("Location");
  if (isCommand && output.kind !== "none") names.push("Preference-Applied");
  if (operation.deprecated !== undefined) names.push("Deprecation");
  if (idempotency !== "none") names.push("Idempotent-Replayed");
  return names;
}

/** Rows always have an entity tag, other answers where they may be kept. */
export function hasEntityTag({ kind, output, cacheControl = "no-store" }: OperationModel): boolean {
  if (output.kind === "row" || output.kind === "file") return true;
  return kind === "query" && output.kind !== "none" && !cacheControl.includes("no-store");
}

function describe(
  context: EmitContext,
  operation: OperationModel,
  resource: ResourceModel | undefined,
): string {
  const { method, output } = operation;
  if (output.kind === "none") return "Done; no body.";
  const links = hasOwnForms(context, operation) ? " With `Accept: application/hal+json`: with links." : "";
  if (output.kind === "page") return `One page of the list.${links}`;
  const noun = words(resource?.name ?? "row");
  if (method === "create") return `The new ${noun}.${links}`;
  return output.kind === "row" ? `The ${noun}.${links}` : "The result.";
}
