import { type CborValue, decodeBase64, encodeBase64, type JsonValue } from "../../base/lib/index.ts";
import type { Model, OperationModel, ResourceModel } from "../../contract/model/model.ts";
import type { FieldNode, ObjectNode } from "../../contract/schema/index.ts";
import { isJsonObject } from "./merge-patch.ts";

/** Media type of CBOR (RFC 8949). */
export const CBOR_MEDIA_TYPE = "application/cbor";

/**
 * How the values of one operation lie in CBOR: as in JSON, item for item, but int64 as integers and bytes as byte
 * strings. No tags. Taken are these and the JSON forms.
 */
export interface CborForm {
  /** Puts a body into JSON's wire form. A byte string where no bytes belong becomes a value that every decoder refuses. */
  read(item: CborValue): JsonValue;
  /** Puts an answer into CBOR's form. */
  write(value: JsonValue): CborValue;
}

type Write = (value: JsonValue) => CborValue;

/**
 * No type has such values, so that a byte string is refused in its place, with all else that is wrong, and never taken
 * for another value. It is none of JSON's either, which is its purpose: hence the cast.
 */
const BYTE_STRING: unknown = Symbol("byte string");

/** Works out the CBOR form of an operation's input and output. */
export function createCborForm(model: Model, { input, output }: OperationModel): CborForm {
  const resource =
    output.kind === "row" || output.kind === "page" ? model.resources[output.resource] : undefined;
  const row = resource === undefined ? asItIs : rowWriter(model, resource, new Map());
  const write: Write =
    output.kind === "value"
      ? (fieldWriter(output.field, model, new Map()) ?? asItIs)
      : output.kind === "page"
        ? (value) => {
            if (!isJsonObject(value) || !Array.isArray(value.data)) return value;
            return { ...value, data: value.data.map(row) };
          }
        : row;
  return { read: (item) => (input === undefined ? withoutBytes(item) : readObject(input, item)), write };
}

function asItIs(value: JsonValue): CborValue {
  return value;
}

/** Writes rows of a resource; those that it refers to may stand in them, expanded, and refer to it again. */
function rowWriter(model: Model, resource: ResourceModel, known: Map<string, Write>): Write {
  const found = known.get(resource.name);
  if (found !== undefined) return found;
  let write: Write | undefined;
  known.set(resource.name, (value) => (write ?? asItIs)(value));
  write = objectWriter(resource.fields, model, known) ?? asItIs;
  return write;
}

/** Undefined where the JSON form is the CBOR form. */
function fieldWriter({ type }: FieldNode, model: Model, known: Map<string, Write>): Write | undefined {
  switch (type.kind) {
    case "int64":
      return (value) => (typeof value === "string" ? BigInt(value) : value);
    case "bytes":
      return (value) => (typeof value === "string" ? (decodeBase64(value) ?? value) : value);
    case "ref": {
      const target = model.resources[type.resource];
      if (target === undefined) return undefined;
      const write = rowWriter(model, target, known);
      return (value) => (isJsonObject(value) ? write(value) : value);
    }
    case "list": {
      const write = fieldWriter(type.items, model, known);
      return write && ((value) => (Array.isArray(value) ? value.map(write) : value));
    }
    case "map": {
      const write = fieldWriter(type.values, model, known);
      return (
        write && ((value) => (isJsonObject(value) ? mapEntries(value, (_, inner) => write(inner)) : value))
      );
    }
    case "object":
      return objectWriter(type.fields, model, known);
    case "union": {
      const { tag, variants } = type;
      const writers = Object.entries(variants).flatMap(([name, { fields }]) => {
        const write = objectWriter(fields, model, known);
        return write === undefined ? [] : [[name, write] as const];
      });
      if (writers.length === 0) return undefined;
      const byTag = new Map(writers);
      return (value) => (isJsonObject(value) ? (byTag.get(String(value[tag])) ?? asItIs)(value) : value);
    }
    default:
      return undefined;
  }
}

function objectWriter(
  fields: Readonly<Record<string, FieldNode>>,
  model: Model,
  known: Map<string, Write>,
): Write | undefined {
  const writers = new Map<string, Write>();
  for (const [name, field] of Object.entries(fields)) {
    const write = fieldWriter(field, model, known);
    if (write !== undefined) writers.set(name, write);
  }
  if (writers.size === 0) return undefined;
  return (value) => {
    if (!isJsonObject(value)) return value;
    return mapEntries(value, (name, inner) => writers.get(name)?.(inner) ?? inner);
  };
}

function readField({ type }: FieldNode, item: CborValue): JsonValue {
  switch (type.kind) {
    case "bytes":
      return item instanceof Uint8Array ? encodeBase64(item) : withoutBytes(item);
    case "int64":
      // As JSON would say it, so that the same request in both is the same to an idempotency key.
      return typeof item === "bigint" || Number.isSafeInteger(item) ? String(item) : withoutBytes(item);
    case "list":
      return isList(item) ? item.map((inner) => readField(type.items, inner)) : withoutBytes(item);
    case "map":
      if (!isObject(item)) return withoutBytes(item);
      return mapEntries(item, (_, inner) => readField(type.values, inner));
    case "object":
      return readObject(type, item);
    case "union": {
      const variant = isObject(item) ? String(item[type.tag]) : "";
      const fields = Object.hasOwn(type.variants, variant) ? type.variants[variant] : undefined;
      return fields === undefined ? withoutBytes(item) : readObject(fields, item);
    }
    default:
      return withoutBytes(item);
  }
}

function readObject({ fields }: ObjectNode, item: CborValue): JsonValue {
  if (!isObject(item)) return withoutBytes(item);
  return mapEntries(item, (name, inner) => {
    const field = Object.hasOwn(fields, name) ? fields[name] : undefined;
    return field === undefined ? withoutBytes(inner) : readField(field, inner);
  });
}

function withoutBytes(item: CborValue): JsonValue {
  if (typeof item !== "object" || item === null) return item;
  if (item instanceof Uint8Array) return BYTE_STRING as JsonValue;
  if (isList(item)) return item.map(withoutBytes);
  return mapEntries(item, (_, inner) => withoutBytes(inner));
}

function isList(item: CborValue): item is readonly CborValue[] {
  return Array.isArray(item);
}

function isObject(item: CborValue): item is { readonly [key: string]: CborValue } {
  return typeof item === "object" && item !== null && !Array.isArray(item) && !(item instanceof Uint8Array);
}

function mapEntries<T, U>(
  object: Readonly<Record<string, T>>,
  change: (name: string, value: T) => U,
): Record<string, U> {
  const changed: Record<string, U> = {};
  for (const name of Object.keys(object)) {
    const value = object[name];
    if (value !== undefined) changed[name] = change(name, value);
  }
  return changed;
}
