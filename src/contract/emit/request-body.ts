import type { OperationModel } from "../model/index.ts";
import { toPascalCase } from "../model/names.ts";
import { type EmitContext, inputRef } from "./context.ts";
import type { JsonObject } from "./json-object.ts";
import { fieldsWithoutFiles, uploadContent } from "./upload-body.ts";

/** Returns the OpenAPI request body of an operation; undefined where none of its input comes in one. */
export function requestBodyOf(context: EmitContext, operation: OperationModel): JsonObject | undefined {
  const { input, method, http } = operation;
  if (input === undefined || http === undefined || http.method === "GET") return undefined;
  const elsewhere = [...http.parameters, ...http.query];
  const inBody = Object.entries(input.fields).filter(([name]) => !elsewhere.includes(name));
  if (inBody.length === 0 && elsewhere.length > 0) return undefined;
  const name = inputName(context, operation);
  const upload = uploadContent(context, operation, { name, fields: inBody });
  const said = fieldsWithoutFiles(inBody);
  if (said === undefined) return { required: true, ...(upload === undefined ? {} : { content: upload }) };
  const removable = method === "patch" ? inBody.filter((field) => !said.includes(field)) : [];
  const fields = Object.fromEntries(said);
  const schema = inputRef(context, operation, { name, fields, removable: removable.map(([file]) => file) });
  // No body at all means an object without keys.
  const optional = inBody.every(([, field]) => field.optional || field.default !== undefined);
  const required = optional ? {} : { required: true };
  if (http.body !== undefined) {
    const envelope: JsonObject = {
      type: "object",
      properties: { [http.body]: schema },
      ...(optional ? {} : { required: [http.body] }),
      ...(http.unknownFields === "ignore" ? {} : { additionalProperties: false }),
    };
    return { ...required, content: { "application/json": { schema: envelope } } };
  }
  const body = { "application/json": { schema }, "application/cbor": { schema } };
  if (method !== "patch") return { ...required, content: { ...upload, ...body } };
  // A JSON Patch is applied to the row as `get` shows it.
  const readable = context.model.operations[`${operation.resource}.get`] !== undefined;
  return {
    ...required,
    description: `A merge patch (RFC 7396)${readable ? " or a JSON Patch (RFC 6902)" : ""}.`,
    content: {
      "application/merge-patch+json": { schema },
      ...body,
      ...upload,
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
