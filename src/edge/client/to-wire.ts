import { UsageError } from "../../base/errors/index.ts";
import { encodeBase64, type JsonValue } from "../../base/lib/index.ts";
import type { FieldNode, ObjectNode } from "../../contract/schema/index.ts";

/**
 * Brings an input into the form that JSON carries: bigint to digits, bytes to base64. Throws a UsageError for a value that
 * would be changed on the way; everything else that is wrong with it is for the service to say, all at once. Without a node
 * the input is in wire form already.
 */
export function toWire(node: ObjectNode | undefined, input: unknown): JsonValue | undefined {
  if (input === undefined) return undefined;
  return node === undefined ? encodeJson(input, "") : encodeObject(node.fields, input, "");
}

/** The files of an input by field, and what is left of it: files do not go as JSON. */
export function splitFiles(
  node: ObjectNode | undefined,
  input: unknown,
): { readonly files: ReadonlyMap<string, Blob>; readonly rest: unknown } {
  const files = new Map<string, Blob>();
  if (node === undefined || !isPlainObject(input)) return { files, rest: input };
  const rest: Record<string, unknown> = { ...input };
  for (const [name, { type }] of Object.entries(node.fields)) {
    const value = type.kind === "file" ? rest[name] : undefined;
    if (!(value instanceof Blob)) continue;
    files.set(name, value);
    delete rest[name];
  }
  return files.size === 0 ? { files, rest: input } : { files, rest };
}

type Fields = Readonly<Record<string, FieldNode>>;

function encodeObject(fields: Fields, value: unknown, pointer: string): JsonValue {
  if (!isPlainObject(value)) throw misfit(pointer, "an object", value);
  const object: Record<string, JsonValue> = {};
  for (const [name, inner] of Object.entries(value)) {
    if (inner === undefined) continue;
    const field = Object.hasOwn(fields, name) ? fields[name] : undefined;
    const at = `${pointer}/${name}`;
    // Assigning the key __proto__ would set the prototype.
    Object.defineProperty(object, name, {
      value: field === undefined ? encodeJson(inner, at) : encode(field, inner, at),
      enumerable: true,
    });
  }
  return object;
}

function encode({ type }: FieldNode, value: unknown, pointer: string): JsonValue {
  if (value === null) return null;
  switch (type.kind) {
    case "int64":
      if (typeof value === "bigint" || (typeof value === "number" && Number.isSafeInteger(value))) {
        return String(value);
      }
      throw misfit(pointer, "a bigint", value);
    case "bytes":
      if (value instanceof Uint8Array) return encodeBase64(value);
      throw misfit(pointer, "a Uint8Array", value);
    case "file":
      throw misfit(pointer, "a Blob or File", value);
    case "list":
      if (!Array.isArray(value)) return encodeJson(value, pointer);
      return value.map((item: unknown, at) => encode(type.items, item, `${pointer}/${at}`));
    case "map": {
      const { values } = type;
      const fields = isPlainObject(value)
        ? Object.fromEntries(Object.keys(value).map((key) => [key, values]))
        : {};
      return encodeObject(fields, value, pointer);
    }
    case "object":
      return encodeObject(type.fields, value, pointer);
    case "union": {
      const tag = isPlainObject(value) ? value[type.tag] : undefined;
      const known = typeof tag === "string" && Object.hasOwn(type.variants, tag);
      return encodeObject((known ? type.variants[tag]?.fields : undefined) ?? {}, value, pointer);
    }
    default:
      return encodeJson(value, pointer);
  }
}

/** A value as it is, if JSON can carry it as it is. */
function encodeJson(value: unknown, pointer: string): JsonValue {
  if (
    value === null ||
    typeof value === "string" ||
    typeof value === "boolean" ||
    typeof value === "bigint"
  ) {
    return value;
  }
  if (typeof value === "number" && Number.isFinite(value)) return value;
  if (Array.isArray(value)) return value.map((item: unknown, at) => encodeJson(item, `${pointer}/${at}`));
  if (isPlainObject(value)) return encodeObject({}, value, pointer);
  throw misfit(pointer, "a value that JSON can carry", value);
}

function isPlainObject(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  // Objects of another realm, such as a frame, have a prototype of their own, whose own is null.
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

function misfit(pointer: string, expected: string, value: unknown): UsageError {
  const kind = value === null ? "null" : typeof value;
  const found = kind === "object" ? (value?.constructor?.name ?? "an object") : kind;
  const fix = "give a value of the type that the contract declares";
  return new UsageError({ place: `input, at "${pointer}"`, expected, found, fix });
}
