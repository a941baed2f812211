import { encodeBase64 } from "../../base/lib/index.ts";
import {
  isMessage,
  type ProtoField,
  type ProtoMessage,
  type ProtoSchema,
  type ProtoType,
} from "../../contract/proto/index.ts";
import {
  bytesBetween,
  malformed,
  readBool,
  readByteString,
  readDigits,
  readDouble,
  readInt32,
  readLength,
  readNumber,
  readOffset,
  readTag,
  readText,
  readWithin,
  seek,
  skipValue,
  WIRE_TYPES,
} from "./binary-reader.ts";
import { compileMessages, type MessageScope } from "./compile-messages.ts";
import { createRootGetter, createSetter, isRecord, type WireRecord } from "./field-path.ts";
import { compileFinish } from "./finish-message.ts";
import { durationFromProto, timestampFromProto } from "./instants.ts";
import { readInstant, readJson, readMask } from "./read-values.ts";
import { carriesRelated } from "./related.ts";

/** Reads a value, from the current offset, of what ends at `end`. */
export type ReadValue = (end: number) => unknown;

/** Compiles the readers of messages, each when first asked for. */
export function createMessageReaders(schema: ProtoSchema): (name: string) => ReadValue {
  return compileMessages(schema, compileMessage);
}

type Scope = MessageScope<ReadValue>;

interface FieldReader {
  readonly field: ProtoField;
  readonly wireType: number;
  /** Reads one value into the record. */
  readonly read: (root: WireRecord, end: number) => void;
  /** Reads many values without tags; only of lists of numbers. */
  readonly readPacked?: (root: WireRecord, end: number) => void;
  /** Of a single message: its place among such, since parts of it that come later are merged with it. */
  readonly single?: number;
}

interface Part {
  readonly start: number;
  readonly end: number;
}

function compileMessage(message: ProtoMessage, scope: Scope): ReadValue {
  const readers: FieldReader[] = [];
  let singles = 0;
  for (const field of message.fields) {
    // Rows beside an answer are of answers, which a server does not read.
    if (carriesRelated(field, scope.schema)) continue;
    const reader = compileField(field, scope);
    const isSingle = isMessage(field.type) && field.label === "singular";
    readers[field.number] = isSingle ? { ...reader, single: singles++ } : reader;
  }
  const isUnion = message.union !== undefined;
  const finish = compileFinish(message);
  return (end) => {
    let root: WireRecord = {};
    // Single messages that have been read: begin and end of each.
    let spans: number[] | undefined;
    let scattered: Map<FieldReader, Part[]> | undefined;
    while (readOffset() < end) {
      const start = readOffset();
      const tag = readTag(end);
      const reader = readers[tag >>> 3];
      const wireType = tag & 7;
      if (reader === undefined) skipValue(tag, end);
      else if (wireType === reader.wireType) {
        if (reader.single === undefined) reader.read(root, end);
        else {
          const at = reader.single * 2;
          // Of a union, what comes last counts, and whatever came before it is forgotten.
          if (isUnion && spans?.[at + 1] === undefined) {
            root = {};
            spans = undefined;
            scattered = undefined;
          }
          spans ??= [];
          const until = readLength(end);
          const from = readOffset();
          const known = spans[at];
          if (known === undefined) {
            spans[at] = from;
            spans[at + 1] = until;
            reader.read(root, until);
          } else {
            scattered ??= new Map();
            const parts = scattered.get(reader) ?? [{ start: known, end: spans[at + 1] ?? known }];
            scattered.set(reader, parts);
            parts.push({ start: from, end: until });
            seek(until);
          }
        }
      } else if (wireType === WIRE_TYPES.length && reader.readPacked !== undefined) {
        reader.readPacked(root, readLength(end));
      } else throw malformed(`Field ${reader.field.name} with wire type ${wireType}`, start);
    }
    if (scattered !== undefined) {
      for (const [reader, parts] of scattered) {
        const whole = root;
        readWithin(concatenate(parts), (until) => reader.read(whole, until));
      }
    }
    return finish(root);
  };
}

/** The parts of a message, as if they had come one after the other: protobuf merges them. */
function concatenate(parts: readonly Part[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((length, { start, end }) => length + end - start, 0));
  let at = 0;
  for (const { start, end } of parts) {
    all.set(bytesBetween(start, end), at);
    at += end - start;
  }
  return all;
}

function compileField(field: ProtoField, scope: Scope): FieldReader {
  const { type, label } = field;
  const wireType = wireTypeOf(type);
  if (field.marks !== undefined) {
    // Kept under its name, which no field of the model has, until the message is complete.
    const set = createSetter({ path: [field.name] });
    return { field, wireType, read: (root, end) => set(root, readBool(end)) };
  }
  if (label === "map") return { field, wireType: WIRE_TYPES.length, read: compileMap(field, scope) };
  const read = compileValue(type, scope);
  if (label === "list") return compileList(field, wireType, read);
  const set = createSetter(field);
  const { texts } = field;
  if (!isMessage(type)) {
    const isEnum = type.kind === "enum";
    return {
      field,
      wireType,
      read: (root, end) => {
        const value = read(end);
        // The value 0 of an enum says that there is none.
        set(root, isEnum && value === UNSPECIFIED ? undefined : texts ? [String(value)] : value);
      },
    };
  }
  return { field, wireType, read: (root, end) => set(root, texts ? [read(end)] : read(end)) };
}

function compileList(field: ProtoField, wireType: number, read: ReadValue): FieldReader {
  const list = createLister(field);
  const { texts, type } = field;
  const isInMessage = isMessage(type);
  const readOne = (root: WireRecord, end: number) => {
    const until = isInMessage ? readLength(end) : end;
    const value = read(until);
    list(root).push(texts ? String(value) : value);
  };
  if (wireType === WIRE_TYPES.length) return { field, wireType, read: readOne };
  return {
    field,
    wireType,
    read: readOne,
    readPacked: (root, end) => {
      const values = list(root);
      while (readOffset() < end) {
        const value = read(end);
        values.push(texts ? String(value) : value);
      }
    },
  };
}

/** Finds the list of a field, or begins it. */
function createLister(field: ProtoField): (root: WireRecord) => unknown[] {
  const set = createSetter(field);
  const known = createRootGetter(field);
  return (root) => {
    const before = known(root);
    if (Array.isArray(before)) return before;
    const list: unknown[] = [];
    set(root, list);
    return list;
  };
}

function compileMap(field: ProtoField, scope: Scope): FieldReader["read"] {
  const { type } = field;
  const wireType = wireTypeOf(type);
  const read = compileValue(type, scope);
  const isInMessage = isMessage(type);
  const set = createSetter(field);
  const known = createRootGetter(field);
  const missing = () => (isInMessage ? readWithin(new Uint8Array(0), read) : ZEROS[type.kind]);
  return (root, end) => {
    const until = readLength(end);
    let key = "";
    let value: unknown = missing();
    while (readOffset() < until) {
      const start = readOffset();
      const tag = readTag(until);
      if (tag === ((1 << 3) | WIRE_TYPES.length)) key = readText(until);
      else if (tag === ((2 << 3) | wireType)) value = read(isInMessage ? readLength(until) : until);
      else if (tag >>> 3 > 2) skipValue(tag, until);
      else throw malformed(`An entry of ${field.name} with wire type ${tag & 7}`, start);
    }
    // An assignment to this one would not make a member.
    if (key === "__proto__") throw malformed(`The key __proto__ in ${field.name}`);
    const before = known(root);
    const entries = isRecord(before) ? before : {};
    if (entries !== before) set(root, entries);
    entries[key] = value;
  };
}

/** What a value is that an entry of a map leaves out. */
const ZEROS: Readonly<Record<string, unknown>> = {
  string: "",
  bool: false,
  int32: 0,
  int64: "0",
  double: 0,
  bytes: "",
  enum: "0",
};

const UNSPECIFIED = "0";

function wireTypeOf(type: ProtoType): number {
  if (type.kind === "string" || type.kind === "bytes" || isMessage(type)) return WIRE_TYPES.length;
  return type.kind === "double" ? WIRE_TYPES.fixed64 : WIRE_TYPES.varint;
}

/** Reads a value without its tag; of messages, up to their end. */
function compileValue(type: ProtoType, scope: Scope): ReadValue {
  switch (type.kind) {
    case "string":
      return type.as === "json" ? readJson : readText;
    case "bool":
      return readBool;
    case "int32":
      return readInt32;
    case "int64":
      return type.as === "number" ? readNumber : readDigits;
    case "double":
      return readDouble;
    case "bytes":
      return (end) => encodeBase64(readByteString(end));
    case "enum": {
      const values = new Map(
        scope.schema.enums[type.name]?.values.map(({ value, number }) => [number, value]),
      );
      // Digits are no value of any enum: the field's own rules refuse them, with the place and what is allowed.
      return (end) => {
        const number = readInt32(end);
        return values.get(number) ?? String(number);
      };
    }
    case "timestamp":
      return (end) => readInstant(end, timestampFromProto);
    case "duration":
      return (end) => readInstant(end, durationFromProto);
    case "fieldMask":
      return readMask;
    case "message": {
      let read: ReadValue | undefined;
      const { name } = type;
      return (end) => {
        read ??= scope.of(name);
        return read(end);
      };
    }
  }
}
