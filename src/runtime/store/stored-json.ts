import { decodeBase64, type JsonValue, parseJson } from "../../base/lib/index.ts";
import { type FieldNode, isIdentityEncoder, type TypeNode } from "../../contract/schema/index.ts";

/** Wire form as stored → program form. */
export type Reader = (stored: JsonValue) => unknown;

/**
 * Makes the reader of a field that lies as jsonb. It trusts what was checked when it was written, and is lenient about
 * what the contract has changed since: fields that are gone are left out, new defaults are filled in.
 */
export function compileReader(field: FieldNode): Reader {
  const read = typeReader(field.type);
  return (stored) => (stored === null ? null : read(stored));
}

/**
 * Makes the parser of a jsonb column's text. In the wire form of most types every number is a double, which JSON.parse
 * reads exactly; a value of type json may also hold whole numbers that no double is.
 */
export function parserOf({ type }: FieldNode): (text: string) => JsonValue {
  return holdsJson(type) ? (text) => withDoubles(parseJson(text, { maxDepth: 512 })) : JSON.parse;
}

/**
 * jsonb writes a double such as 1e300 as whole digits: those that a double prints are doubles again. Below 1e21 doubles
 * print all their digits, and the wire form has bigint for whole numbers beyond 2^53 already.
 */
function withDoubles(value: JsonValue): JsonValue {
  if (typeof value === "bigint") {
    const double = Number(value);
    return Math.abs(double) >= 1e21 && digitsOf(double) === value.toString() ? double : value;
  }
  if (Array.isArray(value)) return value.map(withDoubles);
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, withDoubles(inner)]));
}

/** A whole number in full: `1.5e+21` as 15 and twenty zeros. */
function digitsOf(double: number): string {
  const [mantissa = "", exponent = "0"] = String(double).split("e+");
  const [whole, fraction = ""] = mantissa.split(".");
  return `${whole}${fraction}${"0".repeat(Number(exponent) - fraction.length)}`;
}

function holdsJson(type: TypeNode): boolean {
  switch (type.kind) {
    case "json":
      return true;
    case "list":
      return holdsJson(type.items.type);
    case "map":
      return holdsJson(type.values.type);
    case "object":
      return Object.values(type.fields).some((field) => holdsJson(field.type));
    case "union":
      return Object.values(type.variants).some(holdsJson);
    default:
      return false;
  }
}

function typeReader(type: TypeNode): Reader {
  switch (type.kind) {
    case "int64":
      return (stored) => BigInt(String(stored));
    case "float64":
      return Number;
    case "bytes":
      return (stored) => decodeBase64(String(stored));
    case "list":
      return listReader(type.items);
    case "map":
      return mapReader(type.values);
    case "object":
      return objectReader(type.fields);
    case "union":
      return unionReader(type);
    default:
      return (stored) => stored;
  }
}

function listReader(items: FieldNode): Reader {
  if (isIdentityEncoder(items)) return (stored) => stored;
  const read = compileReader(items);
  return (stored) => (Array.isArray(stored) ? stored.map((item: JsonValue) => read(item)) : stored);
}

function mapReader(values: FieldNode): Reader {
  if (isIdentityEncoder(values)) return (stored) => stored;
  const read = compileReader(values);
  return (stored) =>
    isObject(stored)
      ? Object.fromEntries(Object.entries(stored).map(([key, value]) => [key, read(value)]))
      : stored;
}

function objectReader(fields: Readonly<Record<string, FieldNode>>, tag?: readonly [string, string]): Reader {
  const readers = Object.entries(fields).map(([name, field]) => {
    const read = compileReader(field);
    const value = field.default === undefined ? undefined : read(field.default);
    return { name, read, missing: value };
  });
  return (stored) => {
    if (!isObject(stored)) return stored;
    const object: Record<string, unknown> = tag ? { [tag[0]]: tag[1] } : {};
    for (const { name, read, missing } of readers) {
      const value = Object.hasOwn(stored, name) ? stored[name] : undefined;
      if (value !== undefined) object[name] = read(value);
      else if (missing !== undefined) object[name] = missing;
    }
    return object;
  };
}

function unionReader({ tag, variants }: Extract<TypeNode, { kind: "union" }>): Reader {
  const readers = new Map(
    Object.entries(variants).map(([name, { fields }]) => [name, objectReader(fields, [tag, name])]),
  );
  return (stored) => {
    const read = isObject(stored) ? readers.get(String(stored[tag])) : undefined;
    return read ? read(stored) : stored;
  };
}

function isObject(value: JsonValue): value is { readonly [key: string]: JsonValue } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
