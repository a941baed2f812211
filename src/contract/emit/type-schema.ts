import type { JsonValue } from "../../base/lib/index.ts";
import {
  currencyDigits,
  type FieldNode,
  MONEY_PRECISION,
  type ObjectNode,
  type TypeNode,
} from "../schema/index.ts";
import { alternatives, type JsonObject, orNull } from "./json-object.ts";
import { typeExample } from "./type-example.ts";

/** How a schema is read. */
export interface SchemaContext {
  /**
   * `input`: exactly what the server takes, unknown keys refused. `output`: what it sends; keys may be added later, so
   * others are allowed.
   */
  readonly direction: "input" | "output";
  /** Of input: unknown keys are passed over, not refused. */
  readonly open?: boolean;
  /** Id prefix of each resource by name: the form of a ref. */
  readonly prefixes: Readonly<Record<string, string>>;
}

/** 128 bits in Crockford base32: the first character has three of them. */
const ID_BODY = "_[0-7][0-9a-hjkmnp-tv-z]{25}$";
const DURATION = "^-?P(?=.)([0-9]+W|([0-9]+D)?(T(?=.)([0-9]+H)?([0-9]+M)?([0-9]+(\\.[0-9]+)?S)?)?)$";

/** Returns the JSON Schema (2020-12) of a field's wire form, its traits included. */
export function fieldSchema(field: FieldNode, context: SchemaContext): JsonObject {
  const schema: JsonObject = { ...typeSchema(field.type, context) };
  const notes = [field.description, typeof schema.description === "string" ? schema.description : undefined];
  if (field.immutable && context.direction === "input") notes.push("Cannot be changed afterwards.");
  if (field.unique) notes.push("No two rows share the value.");
  if (field.visibleTo) notes.push(`Seen and written only by ${alternatives(field.visibleTo.map(roleText))}.`);
  if (field.since !== undefined) notes.push(`Since ${field.since}.`);
  if (field.deprecated !== undefined) notes.push(`Deprecated: ${field.deprecated}`);
  const description = notes.filter((note) => note !== undefined && note !== "").join(" ");
  if (description !== "") schema.description = description;
  if (field.deprecated !== undefined) schema.deprecated = true;
  if (field.default !== undefined && context.direction === "input") schema.default = field.default;
  if (field.readOnly && context.direction === "output") schema.readOnly = true;
  if (field.writeOnly && context.direction === "input") schema.writeOnly = true;
  const example = field.example ?? typeExample(field.type, context.prefixes);
  if (example !== undefined) schema.examples = [example];
  return field.nullable ? orNull(schema) : schema;
}

/** Returns the JSON Schema of an object with these fields. */
export function objectSchema(
  fields: Readonly<Record<string, FieldNode>>,
  context: SchemaContext,
): JsonObject {
  const sent = Object.entries(fields).filter(
    ([, field]) => context.direction === "input" || field.writeOnly === undefined,
  );
  const required = sent.filter(([, field]) => isRequired(field, context)).map(([name]) => name);
  return {
    type: "object",
    properties: Object.fromEntries(sent.map(([name, field]) => [name, fieldSchema(field, context)])),
    ...(required.length > 0 ? { required } : {}),
    ...(context.direction === "input" && context.open !== true ? { additionalProperties: false } : {}),
  };
}

/** Tells whether a key is always there: for output, whatever the caller's role. */
export function isRequired(field: FieldNode, { direction }: SchemaContext): boolean {
  if (field.optional) return false;
  return direction === "input" ? field.default === undefined : field.visibleTo === undefined;
}

/** Returns the form of the ids with a prefix, as an ECMA-262 regular expression. */
export function idPattern(prefix: string): string {
  return `^${prefix}${ID_BODY}`;
}

function roleText(role: string): string {
  return role === "owner" ? "the owner" : `role \`${role}\``;
}

function typeSchema(type: TypeNode, context: SchemaContext): JsonObject {
  switch (type.kind) {
    case "id":
      return { type: "string", pattern: idPattern(type.prefix) };
    case "ref":
      return {
        type: "string",
        pattern: idPattern(context.prefixes[type.resource] ?? "[a-z][a-z0-9]{0,15}"),
        description: `Id of a ${type.resource}.`,
      };
    case "string":
    case "text":
      return textSchema(type);
    case "bool":
      return { type: "boolean" };
    case "int32":
      return {
        type: "integer",
        format: "int32",
        minimum: type.minimum ?? -(2 ** 31),
        maximum: type.maximum ?? 2 ** 31 - 1,
      };
    case "float64":
      return { type: "number", format: "double", ...bounds(type) };
    case "int64":
      return int64Schema(type, context);
    case "decimal":
      return {
        type: "string",
        pattern: decimalPattern(type.precision - type.scale, type.scale),
        ...rangeNote("An exact decimal as a string", type),
      };
    case "money":
      return {
        type: "string",
        pattern: moneyPattern(type.currency),
        ...rangeNote(`An amount in ${type.currency} as a decimal string`, type),
      };
    case "timestamp":
      return { type: "string", format: "date-time" };
    case "date":
      return { type: "string", format: "date" };
    case "duration":
      // The format "duration" of JSON Schema (RFC 3339 appendix A) has neither sign nor fractions of a second.
      return { type: "string", pattern: DURATION };
    case "bytes":
      return {
        type: "string",
        contentEncoding: "base64",
        pattern: "^([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$",
        maxLength: Math.ceil(type.maxBytes / 3) * 4,
        description: `Base64 of at most ${type.maxBytes} bytes.`,
      };
    case "file":
      return fileSchema(type, context);
    case "enum":
      return { type: "string", enum: [...type.values] };
    case "list":
      return {
        type: "array",
        items: fieldSchema(type.items, context),
        ...(type.minItems === undefined ? {} : { minItems: type.minItems }),
        maxItems: type.maxItems,
      };
    case "map":
      return {
        type: "object",
        propertyNames: { maxLength: 255 },
        additionalProperties: fieldSchema(type.values, context),
        maxProperties: type.maxEntries,
      };
    case "object":
      return objectSchema(type.fields, context);
    case "union":
      return unionSchema(type, context);
    case "json":
      return {
        type: ["object", "array", "string", "number", "boolean"],
        additionalProperties: true,
        items: {},
        description: `Any JSON value of at most ${type.maxBytes} bytes.`,
      };
  }
}

function fileSchema(
  { maxBytes, mediaTypes }: Extract<TypeNode, { kind: "file" }>,
  { direction }: SchemaContext,
): JsonObject {
  const kinds = mediaTypes === undefined ? "" : ` of type ${mediaTypes.join(", ")}`;
  if (direction === "input") {
    return {
      type: "string",
      format: "binary",
      description: `The bytes of a file${kinds}, at most ${maxBytes}.`,
    };
  }
  return {
    type: "object",
    description: `A file${kinds}: what it is called and what it is.`,
    properties: {
      id: { type: "string", pattern: idPattern("file") },
      name: { type: "string", maxLength: 255 },
      mediaType: { type: "string" },
      size: { type: "integer", minimum: 0, description: "In bytes." },
      sha256: { type: "string", pattern: "^[0-9a-f]{64}$" },
    },
    required: ["id", "name", "mediaType", "size", "sha256"],
  };
}

function textSchema(type: Extract<TypeNode, { kind: "string" | "text" }>): JsonObject {
  return {
    type: "string",
    ...(type.minLength === undefined ? {} : { minLength: type.minLength }),
    maxLength: type.maxLength,
    ...(type.kind === "string" && type.pattern !== undefined ? { pattern: type.pattern } : {}),
    ...(type.kind === "string" && type.format !== undefined ? { format: type.format } : {}),
  };
}

function int64Schema(type: Extract<TypeNode, { kind: "int64" }>, { direction }: SchemaContext): JsonObject {
  return {
    type: direction === "input" ? ["string", "integer"] : "string",
    format: "int64",
    pattern: "^(0|-?[1-9][0-9]{0,18})$",
    ...rangeNote("A 64-bit integer as a decimal string", type),
  };
}

function unionSchema(type: Extract<TypeNode, { kind: "union" }>, context: SchemaContext): JsonObject {
  const variants = Object.entries(type.variants).map(([name, variant]) =>
    variantSchema(type.tag, name, variant, context),
  );
  const [only] = variants;
  return variants.length === 1 && only ? only : { oneOf: variants };
}

function variantSchema(tag: string, name: string, variant: ObjectNode, context: SchemaContext): JsonObject {
  const schema = objectSchema(variant.fields, context);
  const properties = schema.properties;
  const required = Array.isArray(schema.required) ? schema.required : [];
  return {
    ...schema,
    properties: { [tag]: { type: "string", const: name }, ...(isObject(properties) ? properties : {}) },
    required: [tag, ...required],
  };
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function bounds(type: { readonly minimum?: number; readonly maximum?: number }): JsonObject {
  return {
    ...(type.minimum === undefined ? {} : { minimum: type.minimum }),
    ...(type.maximum === undefined ? {} : { maximum: type.maximum }),
  };
}

/** Bounds of numbers that travel as strings: JSON Schema has no keyword for them. */
function rangeNote(text: string, type: { readonly minimum?: string; readonly maximum?: string }): JsonObject {
  const limits = [
    ...(type.minimum === undefined ? [] : [`at least ${type.minimum}`]),
    ...(type.maximum === undefined ? [] : [`at most ${type.maximum}`]),
  ];
  return { description: `${[text, ...limits].join(", ")}.` };
}

function decimalPattern(whole: number, scale: number): string {
  const integer = whole > 0 ? `(0|[1-9][0-9]{0,${whole - 1}})` : "0";
  return `^-?${integer}${scale > 0 ? `(\\.[0-9]{1,${scale}})?` : ""}$`;
}

function moneyPattern(currency: string): string {
  const digits = currencyDigits(currency) ?? 0;
  return decimalPattern(MONEY_PRECISION - digits, digits);
}
