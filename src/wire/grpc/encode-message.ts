import { decodeBase64, stringifyJson } from "../../base/lib/index.ts";
import type { JsonValue } from "../../base/lib/json.ts";
import {
  isMessage,
  type ProtoEnum,
  type ProtoField,
  type ProtoMessage,
  type ProtoSchema,
  type ProtoType,
} from "../../contract/proto/index.ts";
import { WIRE_TYPES } from "./binary-reader.ts";
import {
  endLength,
  startLength,
  writeBool,
  writeByteString,
  writeDigits,
  writeDouble,
  writeInt32,
  writeSafeInteger,
  writeText,
  writeUint32,
} from "./binary-writer.ts";
import { compileMessages, type MessageScope } from "./compile-messages.ts";
import { createGetter, isJson, isRecord } from "./field-path.ts";
import { durationToProto, type SecondsAndNanos, timestampToProto } from "./instants.ts";
import { toProtoPath } from "./mask-path.ts";
import { carriesRelated, keepRelated, relatedRows } from "./related.ts";

/** Writes the fields of a message from the wire form of its value. */
export type WriteMessage = (value: unknown) => void;

/** Compiles the writers of messages, each when first asked for. */
export function createMessageWriters(schema: ProtoSchema): (name: string) => WriteMessage {
  return compileMessages(schema, compileMessage);
}

type Scope = MessageScope<WriteMessage>;

function compileMessage(message: ProtoMessage, scope: Scope): WriteMessage {
  if (message.union !== undefined) return compileUnion(message, message.union.tag, scope);
  const writers = message.fields.map((field) => compileField(field, message, scope));
  return (value) => {
    for (const write of writers) write(value);
  };
}

function compileUnion(message: ProtoMessage, tag: string, scope: Scope): WriteMessage {
  const variants = new Map(
    message.fields.map((field) => [field.path[0], compileValue(field.type, field.number, scope)] as const),
  );
  return (value) => {
    const name = isRecord(value) ? value[tag] : undefined;
    const write = typeof name === "string" ? variants.get(name) : undefined;
    if (write === undefined) throw new TypeError(`${message.name} has no variant ${String(name)}`);
    write(value);
  };
}

/** Writes one field, if it is there. */
function compileField(field: ProtoField, message: ProtoMessage, scope: Scope): WriteMessage {
  if (field.marks !== undefined) return compileMark(field, message);
  if (field.related !== undefined) return compileRelated(field, field.related, scope);
  const get = createGetter(field);
  if (field.label === "map") return compileMap(field, get, scope);
  if (field.label === "list") return compileList(field, get, scope);
  const write = compileValue(field.type, field.number, scope);
  const { expands, texts } = field;
  if (expands !== undefined) {
    return (root) => {
      const value = get(root);
      if (isRecord(value)) write(keepRelated(expands, value));
      else if (value !== undefined && value !== null) write(value);
    };
  }
  if (carriesRelated(field, scope.schema)) {
    return (root) => {
      if (relatedRows() !== undefined) write(root);
    };
  }
  return (root) => {
    const given = get(root);
    const value = texts && Array.isArray(given) ? given[0] : given;
    if (value !== undefined && value !== null) write(value);
  };
}

function compileMark(field: ProtoField, message: ProtoMessage): WriteMessage {
  const { marks, number } = field;
  const about = message.fields.find(({ name }) => name === marks?.field);
  if (about === undefined) throw new TypeError(`${message.name} has no field ${marks?.field}`);
  const get = createGetter(about);
  const holds = marks?.kind === "null" ? (value: unknown) => value === null : isEmpty;
  const tag = tagOf(number, WIRE_TYPES.varint);
  return (root) => {
    if (!holds(get(root))) return;
    writeUint32(tag);
    writeBool(true);
  };
}

function isEmpty(value: unknown): boolean {
  return Array.isArray(value) ? value.length === 0 : isRecord(value) && Object.keys(value).length === 0;
}

function compileList(
  { type, number }: ProtoField,
  get: (root: unknown) => unknown,
  scope: Scope,
): WriteMessage {
  const isPacked = wireTypeOf(type) !== WIRE_TYPES.length;
  const write = isPacked ? compileBare(type, scope) : compileValue(type, number, scope);
  const tag = tagOf(number, WIRE_TYPES.length);
  const writeAll = (values: readonly unknown[]) => {
    for (const value of values) write(value);
  };
  return (root) => {
    const values = get(root);
    if (values === undefined || values === null) return;
    if (!Array.isArray(values)) throw new TypeError("Not a list");
    if (values.length === 0) return;
    if (!isPacked) {
      // An item that is null stands in a message, which says so.
      writeAll(values);
      return;
    }
    writeUint32(tag);
    const start = startLength();
    writeAll(values);
    endLength(start);
  };
}

function compileMap(
  { type, number }: ProtoField,
  get: (root: unknown) => unknown,
  scope: Scope,
): WriteMessage {
  const write = compileValue(type, 2, scope);
  const tag = tagOf(number, WIRE_TYPES.length);
  return (root) => {
    const entries = get(root);
    if (entries === undefined || entries === null) return;
    for (const [key, value] of Object.entries(entries)) {
      writeUint32(tag);
      const start = startLength();
      writeUint32(tagOf(1, WIRE_TYPES.length));
      writeText(key);
      write(value);
      endLength(start);
    }
  };
}

function compileRelated({ type, number }: ProtoField, resource: string, scope: Scope): WriteMessage {
  const write = compileMap({ ...emptyField, type, number }, (rows) => rows, scope);
  return () => write(relatedRows()?.get(resource));
}

const emptyField = { name: "", jsonName: "", label: "map", path: [] } as const;

/** Writes tag and value. */
function compileValue(type: ProtoType, number: number, scope: Scope): WriteMessage {
  const tag = tagOf(number, wireTypeOf(type));
  if (type.kind === "string" && type.as === undefined) {
    return (value) => {
      writeUint32(tag);
      writeText(textOf(value));
    };
  }
  const write = compileBare(type, scope);
  return (value) => {
    writeUint32(tag);
    write(value);
  };
}

function tagOf(number: number, wireType: number): number {
  return ((number << 3) | wireType) >>> 0;
}

function wireTypeOf(type: ProtoType): number {
  if (type.kind === "string" || type.kind === "bytes" || isMessage(type)) return WIRE_TYPES.length;
  return type.kind === "double" ? WIRE_TYPES.fixed64 : WIRE_TYPES.varint;
}

function compileBare(type: ProtoType, scope: Scope): WriteMessage {
  switch (type.kind) {
    case "string":
      return type.as === "json"
        ? (value) => writeText(stringifyJson(jsonOf(value)))
        : (value) => writeText(textOf(value));
    case "bool":
      return (value) => writeBool(value === true || value === "true");
    case "int32":
      return (value) => writeInt32(numberOf(value));
    case "int64":
      return type.as === "number"
        ? (value) => writeSafeInteger(numberOf(value))
        : (value) => writeDigits(String(value));
    case "double":
      return (value) => writeDouble(numberOf(value));
    case "bytes":
      return (value) => writeByteString(decodeBase64(textOf(value)) ?? refuse("base64", value));
    case "enum":
      return compileEnum(scope.schema.enums[type.name]);
    case "timestamp":
      return (value) => writeInstant(timestampToProto(textOf(value)));
    case "duration":
      return (value) => writeInstant(durationToProto(textOf(value)));
    case "fieldMask":
      return writeMask;
    case "message": {
      let write: WriteMessage | undefined;
      const { name } = type;
      return (value) => {
        write ??= scope.of(name);
        const start = startLength();
        write(value);
        endLength(start);
      };
    }
  }
}

function compileEnum(type: ProtoEnum | undefined): WriteMessage {
  const numbers = new Map(type?.values.map(({ value, number }) => [value, number]));
  return (value) => writeInt32(numbers.get(textOf(value)) ?? refuse(`a value of ${type?.name}`, value));
}

function writeInstant({ seconds, nanos }: SecondsAndNanos): void {
  const start = startLength();
  if (seconds !== 0) {
    writeUint32(tagOf(1, WIRE_TYPES.varint));
    writeSafeInteger(seconds);
  }
  if (nanos !== 0) {
    writeUint32(tagOf(2, WIRE_TYPES.varint));
    writeInt32(nanos);
  }
  endLength(start);
}

function writeMask(value: unknown): void {
  const start = startLength();
  for (const path of Array.isArray(value) ? value : refuse("a list of paths", value)) {
    writeUint32(tagOf(1, WIRE_TYPES.length));
    writeText(toProtoPath(textOf(path)));
  }
  endLength(start);
}

// Values come from the engine's encoders, so one of another type is a fault of ours; silence would send it wrong.

function textOf(value: unknown): string {
  return typeof value === "string" ? value : refuse("a string", value);
}

function numberOf(value: unknown): number {
  if (typeof value === "number") return value;
  return typeof value === "bigint" || typeof value === "string" ? Number(value) : refuse("a number", value);
}

function jsonOf(value: unknown): JsonValue {
  return isJson(value) ? value : refuse("JSON", value);
}

function refuse(expected: string, value: unknown): never {
  throw new TypeError(`Expected ${expected}, got ${typeof value}`);
}
