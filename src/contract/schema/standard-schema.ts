import { type Mistake, UsageError } from "../../base/errors/index.ts";
import type { JsonValue } from "../../base/lib/index.ts";
import { Field } from "./field.ts";
import { readJsonSchema } from "./from-json-schema.ts";
import { isSchema, type JsonSchema } from "./json-schema-leaf.ts";

/**
 * A type of another library that can describe itself as JSON Schema: https://standardschema.dev/json-schema, version 1.
 * Zod and ArkType types are such; Valibot's become such by `toStandardJsonSchema`.
 */
export interface StandardJsonSchema<Input = unknown, Output = Input> {
  readonly "~standard": {
    readonly version: 1;
    readonly vendor: string;
    readonly types?: { readonly input: Input; readonly output: Output } | undefined;
    readonly jsonSchema: {
      readonly input: (options: { readonly target: string }) => Record<string, unknown>;
      readonly output: (options: { readonly target: string }) => Record<string, unknown>;
    };
  };
}

/** The value that a type of another library has in a program. */
export type StandardOutput<S extends StandardJsonSchema> = NonNullable<S["~standard"]["types"]>["output"];

/** `default` where inputs may leave the value out, since the type has a default. */
export type StandardFlag<S extends StandardJsonSchema> = undefined extends NonNullable<
  S["~standard"]["types"]
>["input"]
  ? "default"
  : never;

/**
 * Makes a field of another library's type where JSON Schema says exactly what a portable type does; throws a UsageError
 * with every place where it does not. What JSON Schema does not show (refinements, trimming) is not part of the field.
 */
export function fromStandardSchema<S extends StandardJsonSchema>(
  schema: S,
): Field<Exclude<StandardOutput<S>, undefined>, StandardFlag<S>> {
  const standard: StandardJsonSchema["~standard"] | undefined = schema?.["~standard"];
  const place = `t.from(${typeof standard?.vendor === "string" ? standard.vendor : "…"})`;
  if (typeof standard?.jsonSchema?.input !== "function") {
    throw new UsageError({
      place,
      expected: "a type that offers Standard JSON Schema (`~standard.jsonSchema`)",
      found: standard === undefined ? "a value without `~standard`" : "Standard Schema without JSON Schema",
      fix: "use Zod 4.2, ArkType 2.1.28, Valibot with toStandardJsonSchema, or newer; or write the type with t",
    });
  }
  const input = describe(place, "input", standard.jsonSchema.input);
  const output = describe(place, "output", standard.jsonSchema.output);
  if (JSON.stringify(shapeOf(input)) !== JSON.stringify(shapeOf(output))) {
    throw new UsageError({
      place,
      expected: "a type whose input and output are the same",
      found: "one that transforms its value, or has a default that JSON Schema does not show",
      fix: "give the type of the value that travels; transform it, or fill the default in, in the handler",
    });
  }
  const mistakes: Mistake[] = [];
  const spec = readJsonSchema(input, place, mistakes);
  if (mistakes.length > 0) throw new UsageError(mistakes);
  return new Field(spec);
}

function describe(
  place: string,
  side: string,
  convert: (options: { readonly target: string }) => Record<string, unknown>,
): JsonSchema {
  try {
    // Through JSON text: what is no JSON value (undefined, functions) is no part of a schema.
    return JSON.parse(JSON.stringify(convert({ target: "draft-2020-12" })));
  } catch (error) {
    throw new UsageError({
      place,
      expected: `a type whose ${side} JSON Schema can describe`,
      found: error instanceof Error ? error.message : String(error),
      fix: "write this part with t: t.int64(), t.timestamp() or t.bytes() where the value is a bigint, a date or bytes",
    });
  }
}

/** What input and output must have in common. A key with a default is required of neither or only of output. */
function shapeOf(schema: JsonValue): JsonValue {
  if (Array.isArray(schema)) return schema.map(shapeOf);
  if (!isSchema(schema)) return schema;
  const { default: _, required, additionalProperties: _more, ...rest } = schema;
  const shape: Record<string, JsonValue> = {};
  for (const [key, inner] of Object.entries(rest).sort(byKey)) shape[key] = shapeOf(inner);
  const { properties } = schema;
  if (isSchema(properties)) {
    const given = Array.isArray(required) ? required : [];
    shape.required = Object.entries(properties)
      .filter(
        ([name, property]) => given.includes(name) || (isSchema(property) && property.default !== undefined),
      )
      .map(([name]) => name)
      .sort();
  }
  return isSchema(schema.additionalProperties)
    ? { ...shape, additionalProperties: shapeOf(schema.additionalProperties) }
    : shape;
}

function byKey([left]: readonly [string, unknown], [right]: readonly [string, unknown]): number {
  return left < right ? -1 : left > right ? 1 : 0;
}
