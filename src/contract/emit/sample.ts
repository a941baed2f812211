import type { JsonValue } from "../../base/lib/index.ts";
import type { FieldNode, TypeNode } from "../schema/index.ts";
import { typeExample } from "./type-example.ts";
import type { SchemaContext } from "./type-schema.ts";

/**
 * Makes a valid value of a field in wire form to show in documents; undefined where none can be told from the type,
 * such as a text with a pattern and no example.
 */
export function sampleOf(field: FieldNode, context: SchemaContext): JsonValue | undefined {
  if (field.example !== undefined) return field.example;
  if (field.default !== undefined) return field.default;
  const { type } = field;
  switch (type.kind) {
    case "object":
      return sampleObject(type.fields, context);
    case "list":
    case "map": {
      const inner = sampleOf(type.kind === "list" ? type.items : type.values, context);
      if (inner === undefined) return undefined;
      if (type.kind === "map") return { key: inner };
      return Array.from({ length: Math.min(Math.max(type.minItems ?? 0, 1), type.maxItems) }, () => inner);
    }
    case "union": {
      const [first] = Object.entries(type.variants);
      const inner = first && sampleObject(first[1].fields, context);
      return first && inner && { [type.tag]: first[0], ...inner };
    }
    default:
      return typeExample(type, context.prefixes) ?? plainSample(type);
  }
}

function plainSample(type: TypeNode): JsonValue | undefined {
  switch (type.kind) {
    case "bool":
      return true;
    case "int32":
    case "float64":
      return Math.min(Math.max(1, type.minimum ?? 1), type.maximum ?? 1);
    case "enum":
      return type.values[0];
    case "text":
      return "…".repeat(Math.max(type.minLength ?? 1, 1));
    case "string":
      if (type.pattern !== undefined || type.format !== undefined) return undefined;
      return "…".repeat(Math.max(type.minLength ?? 1, 1));
    case "bytes":
      return "";
    case "json":
      return {};
    default:
      return undefined;
  }
}

function sampleObject(
  fields: Readonly<Record<string, FieldNode>>,
  context: SchemaContext,
): { readonly [key: string]: JsonValue } | undefined {
  const sample: Record<string, JsonValue> = {};
  for (const [name, field] of Object.entries(fields)) {
    if (field.writeOnly && context.direction === "output") continue;
    const value = sampleOf(field, context);
    if (value !== undefined) sample[name] = value;
    else if (!field.optional) return undefined;
  }
  return sample;
}
