import type { Mistake } from "../../base/errors/index.ts";
import type { JsonValue } from "../../base/lib/index.ts";
import type { TypeSpec } from "./field.ts";
import type { StringFormat } from "./node.ts";

/** A JSON Schema (draft 2020-12) as plain data. */
export type JsonSchema = { readonly [keyword: string]: JsonValue };

/** Where mistakes are gathered while a schema is read. */
export interface Complaints {
  readonly mistakes: Mistake[];
}

/** Keywords that say something about a schema without changing which values it takes. */
const ANNOTATIONS = [
  "$schema",
  "$id",
  "id",
  "$comment",
  "$defs",
  "title",
  "description",
  "examples",
  "default",
  "deprecated",
];
const FORMATS: readonly string[] = [
  "email",
  "uri",
  "uuid",
  "hostname",
  "ipv4",
  "ipv6",
] satisfies StringFormat[];
/** Longest text where the schema sets no limit: the same as t.text(). */
const MAX_LENGTH = 65_536;
const INT32 = [-(2 ** 31), 2 ** 31 - 1] as const;

/** Reads `type: "string"`: text, date or timestamp. */
export function readString(schema: JsonSchema, place: string, scope: Complaints): TypeSpec {
  const { format, pattern, contentEncoding } = schema;
  if (format === "date-time" || format === "date") {
    // Their patterns say again what the format does.
    allow(schema, ["type", "format", "pattern"], place, scope);
    return { kind: format === "date" ? "date" : "timestamp" };
  }
  allow(schema, ["type", "format", "pattern", "minLength", "maxLength", "contentEncoding"], place, scope);
  if (contentEncoding !== undefined) complain(place, "plain text", "encoded bytes", "use t.bytes()", scope);
  if (format === "duration") {
    complain(place, "text", "an ISO 8601 duration, which may have months", "use t.duration()", scope);
  }
  const known = typeof format === "string" && FORMATS.includes(format);
  if (format !== undefined && !known && typeof pattern !== "string") {
    complain(
      place,
      `a format of ${FORMATS.join(", ")}`,
      `format ${JSON.stringify(format)}`,
      "give a pattern",
      scope,
    );
  }
  const maxLength = count(schema.maxLength) ?? MAX_LENGTH;
  const minLength = count(schema.minLength);
  const length = { maxLength, ...(minLength === undefined ? {} : { minLength }) };
  if (schema.maxLength === undefined && format === undefined && pattern === undefined)
    return { kind: "text", ...length };
  return {
    kind: "string",
    ...length,
    ...(typeof pattern === "string" ? { pattern } : {}),
    ...(known ? { format: format as StringFormat } : {}),
  };
}

/** Reads `enum` and `const`, which must be texts. */
export function readEnum(schema: JsonSchema, place: string, scope: Complaints): TypeSpec {
  allow(schema, ["type", "enum", "const"], place, scope);
  const values = schema.const === undefined ? schema.enum : [schema.const];
  const texts = Array.isArray(values)
    ? values.filter((value): value is string => typeof value === "string")
    : [];
  if (!Array.isArray(values) || texts.length !== values.length) {
    complain(place, "an enum of strings", JSON.stringify(values), "use strings", scope);
  }
  return { kind: "enum", values: texts };
}

/** Reads `type: "integer"`, whose bounds must be those of an int32 or narrower. */
export function readInteger(schema: JsonSchema, place: string, scope: Complaints): TypeSpec {
  allow(
    schema,
    ["type", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "format"],
    place,
    scope,
  );
  const { minimum, maximum, exclusiveMinimum: above, exclusiveMaximum: below } = schema;
  const least =
    typeof minimum === "number" ? minimum : typeof above === "number" ? Math.floor(above) + 1 : undefined;
  const most =
    typeof maximum === "number" ? maximum : typeof below === "number" ? Math.ceil(below) - 1 : undefined;
  if (least === undefined || most === undefined || least < INT32[0] || most > INT32[1]) {
    complain(
      place,
      "a whole number of 32 bits",
      `bounds ${least ?? "none"} and ${most ?? "none"}`,
      "set both bounds within 32 bits, or use t.int64()",
      scope,
    );
  }
  return {
    kind: "int32",
    ...(least === undefined || least === INT32[0] ? {} : { minimum: least }),
    ...(most === undefined || most === INT32[1] ? {} : { maximum: most }),
  };
}

/** Reads `type: "number"`. */
export function readNumber(schema: JsonSchema, place: string, scope: Complaints): TypeSpec {
  allow(schema, ["type", "minimum", "maximum", "format"], place, scope);
  const { minimum, maximum } = schema;
  return {
    kind: "float64",
    ...(typeof minimum === "number" && minimum !== -Number.MAX_VALUE ? { minimum } : {}),
    ...(typeof maximum === "number" && maximum !== Number.MAX_VALUE ? { maximum } : {}),
  };
}

/** Reports keywords beside those named: each could change which values are taken. */
export function allow(
  schema: JsonSchema,
  keywords: readonly string[],
  place: string,
  scope: Complaints,
): void {
  const others = Object.keys(schema).filter(
    (keyword) => !keywords.includes(keyword) && !ANNOTATIONS.includes(keyword),
  );
  if (others.length === 0) return;
  complain(
    place,
    "only what a portable type can say",
    others.join(", "),
    "remove it, or write the type with t",
    scope,
  );
}

/** Adds a mistake. */
export function complain(
  place: string,
  expected: string,
  found: string,
  fix: string,
  { mistakes }: Complaints,
): void {
  mistakes.push({ place, expected, found, fix });
}

/** The number under a keyword, if there is one. */
export function count(value: JsonValue | undefined): number | undefined {
  return typeof value === "number" ? value : undefined;
}

/** Whether a part of a schema is itself one (and not a boolean). */
export function isSchema(value: JsonValue | undefined): value is JsonSchema {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
