import type { JsonValue } from "../../base/lib/json.ts";
import type { FieldNode, ObjectNode, TypeNode } from "../../contract/schema/node.ts";
import { isJsonObject } from "./merge-patch.ts";

/** Drops the members that a shape does not know. What has another type than the shape is left for the decoder to refuse. */
export type FieldFilter = (value: JsonValue) => JsonValue;

/** Makes the filter of an object's shape, down into all that it holds. */
export function createFieldFilter(node: ObjectNode): FieldFilter {
  return ofObject(node);
}

const KEEP: FieldFilter = (value) => value;

function ofObject({ fields }: ObjectNode, tag?: string): FieldFilter {
  const filters = new Map(Object.entries(fields).map(([name, { type }]) => [name, ofType(type)]));
  if (tag !== undefined) filters.set(tag, KEEP);
  return (value) => {
    if (!isJsonObject(value)) return value;
    const known = Object.entries(value).flatMap(([name, inner]) => {
      const filter = filters.get(name);
      return filter === undefined ? [] : [[name, filter(inner)] as const];
    });
    return Object.fromEntries(known);
  };
}

function ofType(type: TypeNode): FieldFilter {
  switch (type.kind) {
    case "object":
      return ofObject(type);
    case "list":
      return ofItems(type.items);
    case "map":
      return ofValues(type.values);
    case "union":
      return ofUnion(type.tag, type.variants);
    default:
      return KEEP;
  }
}

function ofItems({ type }: FieldNode): FieldFilter {
  const filter = ofType(type);
  if (filter === KEEP) return KEEP;
  return (value) => (Array.isArray(value) ? value.map((item: JsonValue) => filter(item)) : value);
}

function ofValues({ type }: FieldNode): FieldFilter {
  const filter = ofType(type);
  if (filter === KEEP) return KEEP;
  return (value) =>
    isJsonObject(value)
      ? Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, filter(inner)]))
      : value;
}

function ofUnion(tag: string, variants: Readonly<Record<string, ObjectNode>>): FieldFilter {
  const filters = new Map(Object.entries(variants).map(([name, variant]) => [name, ofObject(variant, tag)]));
  return (value) => {
    const name = isJsonObject(value) ? value[tag] : undefined;
    const filter = typeof name === "string" ? filters.get(name) : undefined;
    return filter === undefined ? value : filter(value);
  };
}
