import type { ResourceModel } from "../model/index.ts";
import type { JsonObject } from "./json-object.ts";
import { fieldSchema, objectSchema, type SchemaContext } from "./type-schema.ts";

/**
 * Returns the schema of a row as callers receive it. A ref that `expand` may follow is the id or the row it names;
 * `refTo` gives the schema of that row.
 */
export function rowSchema(
  resource: ResourceModel,
  context: SchemaContext,
  refTo: (resource: string) => JsonObject | undefined,
): JsonObject {
  const schema = objectSchema(resource.fields, context);
  const properties: JsonObject = {};
  for (const [name, field] of Object.entries(resource.fields)) {
    if (field.writeOnly) continue;
    const target = resource.expand[name];
    const row = target === undefined ? undefined : refTo(target);
    const plain = fieldSchema(field, context);
    properties[name] = row === undefined ? plain : expandable(plain, row);
  }
  return {
    ...schema,
    ...(resource.description === undefined ? {} : { description: resource.description }),
    properties,
  };
}

/** An id, or with `expand` the row itself; still the id where the caller may not see that row. */
function expandable(id: JsonObject, row: JsonObject): JsonObject {
  const { description, deprecated, readOnly, ...plain } = id;
  const text = typeof description === "string" ? description : "";
  return {
    anyOf: [plain, row],
    description: `${text} With \`expand\`: the row itself, where you may read it.`.trim(),
    ...(deprecated === undefined ? {} : { deprecated }),
    ...(readOnly === undefined ? {} : { readOnly }),
  };
}
