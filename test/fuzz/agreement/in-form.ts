import type { JsonValue } from "../../../src/base/lib/index.ts";
import type { Model, OperationModel } from "../../../src/contract/model/index.ts";
import type { FieldNode } from "../../../src/contract/schema/index.ts";

type Json = Readonly<Record<string, JsonValue>>;

/** A value of the model's wire form, as far as a caller's protocol can tell it: docs/reference/types.md says how far. */
export function inForm(
  caller: string,
  { output }: OperationModel,
  model: Model,
  value: JsonValue | undefined,
): JsonValue | undefined {
  if (caller !== "GraphQL" || value === undefined) return value;
  if (output.kind === "value") return withNulls(output.field, value);
  if (output.kind === "row") return members(model.resources[output.resource]!.fields, value as Json);
  if (output.kind !== "page") return value;
  const { data, ...page } = value as Json;
  const { fields } = model.resources[output.resource]!;
  return { ...page, data: (data as JsonValue[]).map((row) => members(fields, row as Json)) };
}

/** In GraphQL a field that may be null is null where it is absent. */
function withNulls({ type }: FieldNode, value: JsonValue): JsonValue {
  if (value === null) return value;
  if (type.kind === "list") return (value as JsonValue[]).map((item) => withNulls(type.items, item));
  if (type.kind === "object") return members(type.fields, value as Json);
  if (type.kind !== "union") return value;
  const { [type.tag]: tag, ...rest } = value as Json;
  return { [type.tag]: tag!, ...(members(type.variants[String(tag)]!.fields, rest) as Json) };
}

function members(fields: Readonly<Record<string, FieldNode>>, value: Json): JsonValue {
  const all: Record<string, JsonValue> = {};
  for (const [name, node] of Object.entries(fields)) {
    const given = Object.hasOwn(value, name) ? value[name] : undefined;
    if (given !== undefined) all[name] = withNulls(node, given);
    else if (node.nullable && !node.writeOnly) all[name] = null;
  }
  return all;
}
