import type { JsonValue } from "../../base/lib/json.ts";

/** A JSON object under construction. */
export type JsonObject = { [key: string]: JsonValue };

/** Adds `null` to what a schema allows. */
export function orNull(schema: JsonObject): JsonObject {
  const types =
    typeof schema.type === "string" ? [schema.type] : Array.isArray(schema.type) ? schema.type : undefined;
  if (types?.includes("null")) return schema;
  if (types !== undefined && schema.const === undefined) {
    const values = schema.enum;
    return {
      ...schema,
      type: [...types, "null"],
      ...(Array.isArray(values) ? { enum: [...values, null] } : {}),
    };
  }
  const { description, deprecated, ...rest } = schema;
  return {
    anyOf: [rest, { type: "null" }],
    ...(description === undefined ? {} : { description }),
    ...(deprecated === undefined ? {} : { deprecated }),
  };
}

/** `a`, `a or b`, `a, b or c`. */
export function alternatives(words: readonly string[], joint = "or"): string {
  if (words.length < 2) return words[0] ?? "";
  return `${words.slice(0, -1).join(", ")} ${joint} ${words.at(-1)}`;
}
