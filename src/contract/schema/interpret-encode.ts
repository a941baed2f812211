import { UsageError } from "../../base/errors/index.ts";
import type { JsonValue } from "../../base/lib/index.ts";
import { leafEncoder, programType } from "./leaf-encoder.ts";
import type { FieldNode, ObjectNode, TypeNode } from "./node.ts";
import { pointerTo, typeName } from "./violations.ts";

/**
 * Encodes by walking the field's description: the slow, obvious reading that compileEncoder is held to and falls back
 * on. An object is cut down to its named fields. Throws a UsageError with the place of a value that does not fit, which
 * is the mistake of the program that made it. Values are not shown.
 */
export function interpretEncode(field: FieldNode, value: unknown, pointer = ""): JsonValue {
  if (value === null && field.nullable) return null;
  return encodeType(field.type, value, pointer);
}

function encodeType(type: TypeNode, value: unknown, pointer: string): JsonValue {
  switch (type.kind) {
    case "list":
      if (!Array.isArray(value)) throw misfit(pointer, "an array", value);
      return Array.from(value, (item, index) => interpretEncode(type.items, item, pointerTo(pointer, index)));
    case "map":
      return encodeMap(type.values, value, pointer);
    case "object":
      return encodeObject(type, value, pointer);
    case "union": {
      const name = isRecord(value) ? readField(value, type.tag) : undefined;
      const variant =
        typeof name === "string" && Object.hasOwn(type.variants, name) ? type.variants[name] : undefined;
      if (typeof name !== "string" || variant === undefined) {
        throw misfit(pointerTo(pointer, type.tag), `one of ${Object.keys(type.variants).join(", ")}`, name);
      }
      return { [type.tag]: name, ...encodeObject(variant, value, pointer) };
    }
    default:
      return leafEncoder(type)(value) ?? fail(misfit(pointer, programType(type), value));
  }
}

function encodeObject(type: ObjectNode, value: unknown, pointer: string): Record<string, JsonValue> {
  if (!isRecord(value)) throw misfit(pointer, "an object", value);
  const object: Record<string, JsonValue> = {};
  for (const [name, field] of Object.entries(type.fields)) {
    const inner = readField(value, name);
    if (inner === undefined && field.optional) continue;
    object[name] = interpretEncode(field, inner, pointerTo(pointer, name));
  }
  return object;
}

/** A getter of the value's class counts, what every object inherits does not. */
function readField(value: Readonly<Record<string, unknown>>, name: string): unknown {
  return name in Object.prototype && !Object.hasOwn(value, name) ? undefined : value[name];
}

function encodeMap(values: FieldNode, value: unknown, pointer: string): JsonValue {
  if (!isRecord(value)) throw misfit(pointer, "an object", value);
  const map: Record<string, JsonValue> = {};
  for (const [key, inner] of Object.entries(value)) {
    if (inner === undefined) continue;
    const place = pointerTo(pointer, key);
    if (key === "__proto__") throw misfit(place, "a key other than __proto__", key);
    map[key] = interpretEncode(values, inner, place);
  }
  return map;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function misfit(pointer: string, expected: string, value: unknown): UsageError {
  return new UsageError({
    place: `value to send, at "${pointer}"`,
    expected,
    found: typeof value === "string" ? "a string without that form" : typeName(value),
    fix: "return a value of the type that the contract declares",
  });
}

function fail(error: UsageError): never {
  throw error;
}
