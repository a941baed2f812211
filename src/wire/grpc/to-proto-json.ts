import { stringifyJson } from "../../base/lib/index.ts";
import type { JsonValue } from "../../base/lib/json.ts";
import type { ProtoField, ProtoMessage, ProtoSchema, ProtoType } from "../../contract/proto/index.ts";
import { compileMessages, type MessageScope } from "./compile-messages.ts";
import { createGetter, isJson, isRecord } from "./field-path.ts";
import { durationToJson } from "./instants.ts";
import { carriesRelated, keepRelated, relatedRows } from "./related.ts";

/** Writes the wire form of a message's value as protobuf's JSON. */
export type ToJson = (value: unknown) => JsonValue;

type JsonMembers = Record<string, JsonValue>;

/** Adds one field to the JSON of its message, if it is there. */
type AddField = (value: unknown, json: JsonMembers) => void;

/** Compiles the writing of messages as ProtoJSON, each when first asked for. */
export function createJsonWriters(schema: ProtoSchema): (name: string) => ToJson {
  return compileMessages(schema, compileMessage);
}

type Scope = MessageScope<ToJson>;

function compileMessage(message: ProtoMessage, scope: Scope): ToJson {
  if (message.union !== undefined) return compileUnion(message, message.union.tag, scope);
  const adders = message.fields.map((field) => compileField(field, message, scope));
  return (value) => {
    const json: JsonMembers = {};
    for (const add of adders) add(value, json);
    return json;
  };
}

function compileUnion(message: ProtoMessage, tag: string, scope: Scope): ToJson {
  const variants = new Map(
    message.fields.map(
      ({ path, jsonName, type }) => [path[0], { jsonName, write: compileValue(type, scope) }] as const,
    ),
  );
  return (value) => {
    const name = isRecord(value) ? value[tag] : undefined;
    const variant = typeof name === "string" ? variants.get(name) : undefined;
    if (variant === undefined) throw new TypeError(`${message.name} has no variant ${String(name)}`);
    return { [variant.jsonName]: variant.write(value) };
  };
}

function compileField(field: ProtoField, message: ProtoMessage, scope: Scope): AddField {
  const { jsonName, label, type, marks, related, expands, texts } = field;
  if (marks !== undefined) return compileMark(field, message);
  const write = compileValue(type, scope);
  if (related !== undefined) {
    return (_, json) => {
      const rows = relatedRows()?.get(related);
      if (rows !== undefined) json[jsonName] = mapJson(rows, write);
    };
  }
  const get = createGetter(field);
  if (carriesRelated(field, scope.schema)) {
    return (_, json) => {
      if (relatedRows() !== undefined) json[jsonName] = write(undefined);
    };
  }
  if (label === "list") {
    return (root, json) => {
      const values = get(root);
      if (Array.isArray(values) && values.length > 0) json[jsonName] = values.map(write);
    };
  }
  if (label === "map") {
    return (root, json) => {
      const values = get(root);
      if (isRecord(values) && Object.keys(values).length > 0) json[jsonName] = mapJson(values, write);
    };
  }
  return (root, json) => {
    const given = get(root);
    const value = texts && Array.isArray(given) ? given[0] : given;
    if (value === undefined || value === null) return;
    json[jsonName] = write(expands !== undefined && isRecord(value) ? keepRelated(expands, value) : value);
  };
}

function mapJson(values: Readonly<Record<string, unknown>>, write: ToJson): JsonValue {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, write(value)]));
}

function compileMark({ jsonName, marks }: ProtoField, message: ProtoMessage): AddField {
  const about = message.fields.find(({ name }) => name === marks?.field);
  if (about === undefined) throw new TypeError(`${message.name} has no field ${marks?.field}`);
  const get = createGetter(about);
  const isNull = marks?.kind === "null";
  return (root, json) => {
    const value = get(root);
    const holds = isNull
      ? value === null
      : typeof value === "object" && value !== null && Object.keys(value).length === 0;
    if (holds) json[jsonName] = true;
  };
}

function compileValue(type: ProtoType, scope: Scope): ToJson {
  switch (type.kind) {
    case "string":
      return type.as === "json" ? (value) => stringifyJson(jsonOf(value)) : jsonOf;
    case "bool":
      return (value) => value === true || value === "true";
    case "int32":
    case "double":
      return (value) => Number(value);
    case "int64":
      return (value) => String(value);
    case "enum": {
      const names = new Map(scope.schema.enums[type.name]?.values.map(({ value, name }) => [value, name]));
      return (value) => {
        const name = typeof value === "string" ? names.get(value) : undefined;
        if (name === undefined) throw new TypeError(`Not a value of ${type.name}`);
        return name;
      };
    }
    case "duration":
      return (value) => durationToJson(String(value));
    case "fieldMask":
      return (value) => (Array.isArray(value) ? value.join(",") : "");
    case "message": {
      let write: ToJson | undefined;
      const { name } = type;
      return (value) => {
        write ??= scope.of(name);
        return write(value);
      };
    }
    default:
      // Timestamps in canonical form and base64 are what ProtoJSON has.
      return jsonOf;
  }
}

function jsonOf(value: unknown): JsonValue {
  if (isJson(value)) return value;
  throw new TypeError("Expected a value");
}
