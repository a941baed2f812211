import {
  isMessage,
  type ProtoEnum,
  type ProtoField,
  type ProtoFile,
  type ProtoMessage,
  type ProtoMethod,
  type ProtoReserved,
  type ProtoSchema,
  typeName,
} from "../../contract/proto/index.ts";
import { WIRE_TYPES } from "./binary-reader.ts";
import {
  beginBytes,
  endLength,
  startLength,
  takeBytes,
  writeBool,
  writeText,
  writeUint32,
} from "./binary-writer.ts";
import { WELL_KNOWN_FILES, type WellKnownFile } from "./well-known-files.ts";

// Numbers of fields are those of google/protobuf/descriptor.proto.

/** Writes each file of a schema, and those of protobuf's own that it imports, as a google.protobuf.FileDescriptorProto, by path. */
export function toFileDescriptors(schema: ProtoSchema): ReadonlyMap<string, Uint8Array> {
  const descriptors = new Map<string, Uint8Array>();
  const imported = new Set(schema.files.flatMap(({ imports }) => imports));
  for (const file of WELL_KNOWN_FILES) {
    if (imported.has(file.path))
      descriptors.set(
        file.path,
        toBytes(() => writeWellKnown(file)),
      );
  }
  for (const file of inOrder(schema))
    descriptors.set(
      file.path,
      toBytes(() => writeFile(schema, file)),
    );
  return descriptors;
}

/** Writes a schema as a google.protobuf.FileDescriptorSet: whole in itself, each file after those that it imports. */
export function toFileDescriptorSet(schema: ProtoSchema): Uint8Array {
  const files = [...toFileDescriptors(schema).values()];
  const parts = files.map((bytes) => {
    const head = toBytes(() => {
      writeUint32((1 << 3) | WIRE_TYPES.length);
      writeUint32(bytes.length);
    });
    return [head, bytes];
  });
  const all = new Uint8Array(parts.flat().reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts.flat()) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

function toBytes(write: () => void): Uint8Array {
  beginBytes();
  write();
  return takeBytes();
}

/** Each file after those it imports; none import each other in a circle. */
function inOrder(schema: ProtoSchema): readonly ProtoFile[] {
  const byPath = new Map(schema.files.map((file) => [file.path, file]));
  const ordered = new Set<ProtoFile>();
  const visit = (file: ProtoFile): void => {
    for (const path of file.imports) {
      const other = byPath.get(path);
      if (other !== undefined && !ordered.has(other)) visit(other);
    }
    ordered.add(file);
  };
  for (const file of schema.files) visit(file);
  return [...ordered];
}

function writeFile(schema: ProtoSchema, file: ProtoFile): void {
  text(1, file.path);
  text(2, schema.package);
  for (const path of file.imports) text(3, path);
  for (const name of file.messages) message(4, () => writeMessage(schema, schema.messages[name]));
  for (const { name, methods } of file.services) {
    message(6, () => {
      text(1, lastOf(name));
      for (const method of methods) message(2, () => writeMethod(method));
    });
  }
  text(12, "proto3");
}

function writeMessage(schema: ProtoSchema, of: ProtoMessage | undefined): void {
  if (of === undefined) throw new TypeError("A message that the schema does not have");
  text(1, lastOf(of.name));
  let synthetic = of.union === undefined ? 0 : 1;
  for (const field of of.fields) {
    const isOptional = hasOwnPresence(field, of);
    const oneof = of.union !== undefined ? 0 : isOptional ? synthetic++ : undefined;
    message(2, () => writeField(of, field, oneof, isOptional));
  }
  for (const name of of.messages) message(3, () => writeMessage(schema, schema.messages[name]));
  for (const field of of.fields) if (field.label === "map") message(3, () => writeEntry(field));
  for (const name of of.enums) message(4, () => writeEnum(schema.enums[name]));
  if (of.union !== undefined) message(8, () => text(1, of.union?.oneof ?? ""));
  for (const field of of.fields) if (hasOwnPresence(field, of)) message(8, () => text(1, `_${field.name}`));
  // The end of a range is the first number beyond it.
  writeReserved(of.reserved, 9, 10, 1);
}

/** Whether the field is written `optional`: messages and the variants of a oneof have presence anyway. */
function hasOwnPresence({ label, type }: ProtoField, { union }: ProtoMessage): boolean {
  return label === "singular" && union === undefined && !isMessage(type);
}

function writeField(
  of: ProtoMessage,
  field: ProtoField,
  oneof: number | undefined,
  isOptional: boolean,
): void {
  text(1, field.name);
  number(3, field.number);
  number(4, field.label === "singular" ? LABELS.optional : LABELS.repeated);
  if (field.label === "map") {
    number(5, TYPES.message);
    text(6, `.${of.name}.${entryName(field)}`);
  } else writeType(field);
  if (field.deprecated) message(8, () => flag(3));
  if (oneof !== undefined) number(9, oneof);
  text(10, field.jsonName);
  if (isOptional) flag(17);
}

function writeType({ type }: Pick<ProtoField, "type">): void {
  number(5, TYPES[type.kind]);
  if (type.kind === "enum" || isMessage(type)) text(6, `.${typeName(type)}`);
}

/** What a map is on the wire: a list of messages of key and value. */
function writeEntry(field: ProtoField): void {
  text(1, entryName(field));
  message(2, () => {
    text(1, "key");
    number(3, 1);
    number(4, LABELS.optional);
    number(5, TYPES.string);
    text(10, "key");
  });
  message(2, () => {
    text(1, "value");
    number(3, 2);
    number(4, LABELS.optional);
    writeType(field);
    text(10, "value");
  });
  message(7, () => flag(7));
}

function entryName({ jsonName }: ProtoField): string {
  return `${jsonName.charAt(0).toUpperCase()}${jsonName.slice(1)}Entry`;
}

function writeEnum(of: ProtoEnum | undefined): void {
  if (of === undefined) throw new TypeError("An enum that the schema does not have");
  text(1, lastOf(of.name));
  for (const value of [{ name: of.unspecified, number: 0 }, ...of.values]) {
    message(2, () => {
      text(1, value.name);
      number(2, value.number);
    });
  }
  // The ranges of enums end with their last number.
  writeReserved(of.reserved, 4, 5, 0);
}

function writeReserved(
  { numbers, names }: ProtoReserved,
  ranges: number,
  texts: number,
  beyond: number,
): void {
  for (const each of numbers) {
    message(ranges, () => {
      number(1, each);
      number(2, each + beyond);
    });
  }
  for (const name of names) text(texts, name);
}

function writeMethod(method: ProtoMethod): void {
  text(1, method.name);
  text(2, `.${method.request}`);
  text(3, `.${method.response}`);
  if (method.deprecated || method.hasNoSideEffects) {
    message(4, () => {
      if (method.deprecated) flag(33);
      // NO_SIDE_EFFECTS
      if (method.hasNoSideEffects) number(34, 1);
    });
  }
  if (method.kind === "client-stream" || method.kind === "bidi-stream") flag(5);
  if (method.kind === "server-stream" || method.kind === "bidi-stream") flag(6);
}

function writeWellKnown(file: WellKnownFile): void {
  text(1, file.path);
  text(2, "google.protobuf");
  message(4, () => {
    text(1, file.message);
    file.fields.forEach(({ name, type, label }, index) => {
      message(2, () => {
        text(1, name);
        number(3, index + 1);
        number(4, label === "list" ? LABELS.repeated : LABELS.optional);
        number(5, TYPES[type]);
        text(10, name);
      });
    });
  });
  message(8, () => {
    text(1, "com.google.protobuf");
    text(8, file.outerClass);
    flag(10);
    text(11, file.goPackage);
    flag(31);
    text(36, "GPB");
    text(37, "Google.Protobuf.WellKnownTypes");
  });
  text(12, "proto3");
}

const LABELS = { optional: 1, repeated: 3 } as const;
const TYPES = {
  double: 1,
  int64: 3,
  int32: 5,
  bool: 8,
  string: 9,
  message: 11,
  timestamp: 11,
  duration: 11,
  fieldMask: 11,
  bytes: 12,
  enum: 14,
} as const;

function lastOf(name: string): string {
  return name.slice(name.lastIndexOf(".") + 1);
}

function text(field: number, value: string): void {
  writeUint32((field << 3) | WIRE_TYPES.length);
  writeText(value);
}

function number(field: number, value: number): void {
  writeUint32((field << 3) | WIRE_TYPES.varint);
  writeUint32(value);
}

function flag(field: number): void {
  writeUint32((field << 3) | WIRE_TYPES.varint);
  writeBool(true);
}

function message(field: number, write: () => void): void {
  writeUint32((field << 3) | WIRE_TYPES.length);
  const start = startLength();
  write();
  endLength(start);
}
