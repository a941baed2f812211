import type { OperationModel } from "../model/index.ts";
import type { FieldNode, FileNode } from "../schema/index.ts";
import type { EmitContext } from "./context.ts";
import type { JsonObject } from "./json-object.ts";
import { objectSchema } from "./type-schema.ts";

/** The input fields that come in a body, by name. */
export type BodyFields = readonly (readonly [name: string, field: FieldNode])[];

/** The bytes of a file as a whole body. */
export const BYTES: JsonObject = { type: "string", format: "binary" };

/**
 * Returns the forms of a body with files, by media type: multipart/form-data (RFC 7578), and the file alone where
 * nothing else has to come; undefined where no file is taken.
 */
export function uploadContent(
  context: EmitContext,
  operation: OperationModel,
  { name, fields }: { readonly name: string; readonly fields: BodyFields },
): JsonObject | undefined {
  const files = fields.filter(([, { type }]) => type.kind === "file");
  if (files.length === 0) return undefined;
  const schema = context.components.ref(
    "schemas",
    `${name}Form`,
    () =>
      objectSchema(Object.fromEntries(fields.map(([field, node]) => [field, asPart(node)])), context.input),
    `form ${operation.id}`,
  );
  const encoding = Object.fromEntries(
    files.map(([field, { type }]) => [field, { contentType: mediaTypesOf(type).join(", ") }]),
  );
  const whole = wholeBody(fields);
  return {
    "multipart/form-data": { schema, encoding },
    ...Object.fromEntries(whole.map((mediaType) => [mediaType, { schema: BYTES }])),
  };
}

/** The fields that JSON can say; a file only by being taken away. Undefined where a file has to come. */
export function fieldsWithoutFiles(fields: BodyFields): BodyFields | undefined {
  const files = fields.filter(([, { type }]) => type.kind === "file");
  if (files.some(([, field]) => !field.optional)) return undefined;
  return fields.filter(([, { type }]) => type.kind !== "file");
}

/** A part is there or not; it cannot be null. */
function asPart({ nullable: _, ...field }: FieldNode): FieldNode {
  return field;
}

function mediaTypesOf(type: FieldNode["type"]): readonly string[] {
  return type.kind === "file" ? typesOf(type) : [];
}

function typesOf({ mediaTypes = ["*/*"] }: FileNode): readonly string[] {
  return mediaTypes;
}

/** Media types of a body that is the file itself: of the one that has to come, or of the only one. */
function wholeBody(fields: BodyFields): readonly string[] {
  const files = fields.filter(([, { type }]) => type.kind === "file");
  const required = files.filter(([, field]) => !field.optional);
  const others = fields.filter(([, { type }]) => type.kind !== "file");
  const free = others.every(([, field]) => field.optional || field.default !== undefined);
  const [only, second] = required.length > 0 ? required : files;
  return free && only !== undefined && second === undefined ? mediaTypesOf(only[1].type) : [];
}
