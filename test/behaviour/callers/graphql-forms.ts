import type { JsonValue } from "../../../src/base/lib/index.ts";
import type { Model } from "../../../src/contract/model/model.ts";
import { toPascalCase, toSnakeCase } from "../../../src/contract/model/names.ts";
import type { FieldNode, TypeNode } from "../../../src/contract/schema/index.ts";

type Json = Readonly<Record<string, any>>;

/** Puts a value of an input into GraphQL's form: enums in capitals, unions as objects with one field. */
export function toGraphql(type: TypeNode, value: unknown): unknown {
  if (value === null || value === undefined) return value;
  switch (type.kind) {
    case "enum":
      return toEnumName(type.values, value);
    case "list":
      return Array.isArray(value) ? value.map((item) => toGraphql(type.items.type, item)) : value;
    case "object":
      return isObject(value) ? membersToGraphql(type.fields, value) : value;
    case "union": {
      if (!isObject(value)) return value;
      const { [type.tag]: tag, ...rest } = value;
      const variant = typeof tag === "string" ? type.variants[tag] : undefined;
      return variant === undefined ? value : { [String(tag)]: membersToGraphql(variant.fields, rest) };
    }
    default:
      return value;
  }
}

/** Members that no field takes are sent as they are: the server must refuse them. */
export function membersToGraphql(fields: Readonly<Record<string, FieldNode>>, value: Json): Json {
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => {
      const field = Object.hasOwn(fields, name) ? fields[name] : undefined;
      return [name, field === undefined ? inner : toGraphql(field.type, inner)];
    }),
  );
}

/** What is no value of the enum must not become a name of it on the way. */
function toEnumName(values: readonly string[], value: unknown): unknown {
  if (typeof value !== "string") return value;
  if (values.includes(value)) return value.toUpperCase();
  return values.some((each) => each.toUpperCase() === value) ? value.toLowerCase() : value;
}

/** The selection set of a value's type, below its field; empty for leaves. */
export function selectionOf(type: TypeNode, name: string): string {
  switch (type.kind) {
    case "list":
      return selectionOf(type.items.type, name);
    case "file":
      return "{ id name mediaType size sha256 }";
    case "object":
      return Object.keys(type.fields).length === 0 ? "" : `{ ${membersOf(type.fields, name, "")} }`;
    case "union": {
      // Fields of two variants may share a name and not a type, so each has its variant's alias.
      const variants = Object.entries(type.variants).map(([variant, { fields }], index) => {
        const inner = name + toPascalCase(variant);
        return `... on ${inner} { ${type.tag} ${membersOf(fields, inner, `v${index}_`)} }`;
      });
      return `{ ${variants.join(" ")} }`;
    }
    default:
      return "";
  }
}

function membersOf(fields: Readonly<Record<string, FieldNode>>, outer: string, alias: string): string {
  return Object.entries(fields)
    .map(([name, { type }]) => {
      const own = alias === "" ? name : `${alias}${name}: ${name}`;
      return `${own} ${selectionOf(type, outer + toPascalCase(name))}`;
    })
    .join(" ");
}

/** Brings an answered value back into wire form; undefined where the field is absent. */
export function fromGraphql(node: FieldNode, value: any): JsonValue | undefined {
  if (value === undefined) return undefined;
  // GraphQL has no absent fields: only where null is a value of its own is it one.
  if (value === null) return node.nullable ? null : undefined;
  const { type } = node;
  switch (type.kind) {
    case "enum":
      return String(value).toLowerCase();
    case "list":
      return value.map((item: any) => fromGraphql(type.items, item) ?? null);
    case "file":
      return { ...value, size: Number(value.size) };
    case "object":
      return Object.keys(type.fields).length === 0 ? value : membersFromGraphql(type.fields, value, "");
    case "union": {
      const tag = String(value[type.tag]);
      const index = Object.keys(type.variants).indexOf(tag);
      const variant = type.variants[tag];
      if (variant === undefined) throw new TypeError(`The answer has no variant ${tag}`);
      return { [type.tag]: tag, ...membersFromGraphql(variant.fields, value, `v${index}_`) };
    }
    default:
      return value;
  }
}

function membersFromGraphql(
  fields: Readonly<Record<string, FieldNode>>,
  value: Json,
  alias: string,
): Record<string, JsonValue> {
  const members: Record<string, JsonValue> = {};
  for (const [name, field] of Object.entries(fields)) {
    const member = fromGraphql(field, value[alias + name]);
    if (member !== undefined) members[name] = member;
  }
  return members;
}

/** The selection set of a resource's rows: all fields or the named ones, with those of refs that are followed. */
export function rowSelection(
  model: Model,
  resource: string,
  fields: readonly string[] | undefined,
  expand: readonly string[] = [],
): string {
  const { fields: known } = model.resources[resource]!;
  const own =
    fields?.filter((path) => !path.includes(".")) ??
    Object.keys(known).filter((name) => known[name]?.writeOnly !== true);
  const below = Map.groupBy(
    fields?.filter((path) => path.includes(".")) ?? [],
    (path) => path.split(".")[0]!,
  );
  const followed = new Set([...expand, ...below.keys()]);
  const parts = [...new Set([...own, ...followed])].map((name) => {
    const node = Object.hasOwn(known, name) ? known[name] : undefined;
    if (node === undefined) return name;
    if (node.type.kind !== "ref" && !followed.has(name)) {
      return `${name} ${selectionOf(node.type, toPascalCase(resource) + toPascalCase(name))}`;
    }
    if (!followed.has(name)) return `${name}Id`;
    if (node.type.kind !== "ref") return `${name} { id }`;
    const inner = below.get(name)?.map((path) => path.slice(name.length + 1));
    return `${name}Id ${name} ${rowSelection(model, node.type.resource, inner)}`;
  });
  return `{ ${parts.join(" ") || "__typename"} }`;
}

/** Brings an answered row back into wire form. */
export function rowFromGraphql(model: Model, resource: string, row: Json): Record<string, JsonValue> {
  const wire: Record<string, JsonValue> = {};
  for (const [name, node] of Object.entries(model.resources[resource]!.fields)) {
    const { type } = node;
    if (type.kind !== "ref") {
      const value = fromGraphql(node, row[name]);
      if (value !== undefined) wire[name] = value;
      continue;
    }
    const id = fromGraphql(node, row[`${name}Id`]);
    const followed = row[name];
    if (followed) wire[name] = rowFromGraphql(model, type.resource, followed);
    else if (id !== undefined) wire[name] = id;
  }
  return wire;
}

/** A sort as GraphQL names it: `-slot.startsAt` is SLOT_STARTS_AT_DESC. */
export function sortName(sort: string): string {
  const path = sort.replace(/^-/, "");
  const words = path.split(".").map(toSnakeCase).join("_").toUpperCase();
  return `${words}_${sort.startsWith("-") ? "DESC" : "ASC"}`;
}

/** A filter's value, which scenarios write as text, as JSON has it. */
export function filterValue({ type }: FieldNode, text: string): unknown {
  switch (type.kind) {
    case "bool":
      return text === "true" ? true : text === "false" ? false : text;
    case "int32":
    case "float64":
      return text.trim() === "" || Number.isNaN(Number(text)) ? text : Number(text);
    case "enum":
      return toEnumName(type.values, text);
    default:
      return text;
  }
}

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
