import { JsonSyntaxError, type JsonValue, parseJson } from "../../base/lib/index.ts";
import {
  malformed,
  readInt32,
  readNumber,
  readOffset,
  readTag,
  readText,
  skipValue,
  WIRE_TYPES,
} from "./binary-reader.ts";
import type { SecondsAndNanos } from "./instants.ts";
import { fromProtoPath } from "./mask-path.ts";

/** Reads the text of a JSON value. */
export function readJson(end: number): JsonValue {
  const start = readOffset();
  const text = readText(end);
  try {
    return parseJson(text);
  } catch (error) {
    if (error instanceof JsonSyntaxError) throw malformed(`JSON text: ${error.message},`, start);
    throw error;
  }
}

/** Reads a google.protobuf.Timestamp or Duration up to its end. */
export function readInstant(end: number, write: (time: SecondsAndNanos) => string): string {
  let seconds = 0;
  let nanos = 0;
  while (readOffset() < end) {
    const start = readOffset();
    const tag = readTag(end);
    if (tag === ((1 << 3) | WIRE_TYPES.varint)) seconds = readNumber(end);
    else if (tag === ((2 << 3) | WIRE_TYPES.varint)) nanos = readInt32(end);
    else if (tag >>> 3 > 2) skipValue(tag, end);
    else throw malformed(`A time with wire type ${tag & 7}`, start);
  }
  return write({ seconds, nanos });
}

/** Reads a google.protobuf.FieldMask up to its end, as camelCase paths. */
export function readMask(end: number): readonly string[] {
  const paths: string[] = [];
  while (readOffset() < end) {
    const start = readOffset();
    const tag = readTag(end);
    if (tag === ((1 << 3) | WIRE_TYPES.length)) paths.push(fromProtoPath(readText(end)));
    else if (tag >>> 3 > 1) skipValue(tag, end);
    else throw malformed(`A field mask with wire type ${tag & 7}`, start);
  }
  return paths;
}
