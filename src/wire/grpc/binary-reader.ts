import { ApiError } from "../../base/errors/index.ts";

// Reading is synchronous and never re-entered but through readWithin, so its state lives here.

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const NONE = new Uint8Array(0);
/** ASCII up to this length costs less to put together here than to have decoded. */
const LONGEST_SHORT = 40;
/** Deepest nesting of unknown groups: as deep as JSON may be. */
const DEEPEST_GROUP = 64;

let bytes: Uint8Array = NONE;
/** Of the bytes; made for the first double. */
let view: DataView | undefined;
let at = 0;
let low = 0;
let high = 0;

/** How a value is written: the last three bits of its tag. */
export const WIRE_TYPES = {
  varint: 0,
  fixed64: 1,
  length: 2,
  startGroup: 3,
  endGroup: 4,
  fixed32: 5,
} as const;

/** Says what is wrong with the bytes, and where. */
export function malformed(reason: string, offset = at): ApiError {
  return new ApiError("malformed_request", `${reason} at byte ${offset} of the message.`);
}

/** Lets a function read some bytes; afterwards all is as it was. */
export function readWithin<Result>(input: Uint8Array, read: (end: number) => Result): Result {
  const outerBytes = bytes;
  const outerAt = at;
  bytes = input;
  view = undefined;
  at = 0;
  try {
    return read(input.length);
  } finally {
    bytes = outerBytes;
    view = undefined;
    at = outerAt;
  }
}

/** Offset of the next byte. */
export function readOffset(): number {
  return at;
}

/** Goes on elsewhere: to what was passed over. */
export function seek(offset: number): void {
  at = offset;
}

/** The bytes between two offsets, not copied. */
export function bytesBetween(start: number, end: number): Uint8Array {
  return bytes.subarray(start, end);
}

/** Reads field number and wire type. */
export function readTag(end: number): number {
  const start = at;
  const first = bytes[at];
  // Fields 1 to 15 have one byte.
  if (first !== undefined && first < 0x80 && at < end) {
    at++;
    if (first >> 3 === 0) throw malformed("Field number 0", start);
    return first;
  }
  readVarint(end);
  if (high !== 0 || low >>> 3 === 0) throw malformed("Bad field number", start);
  return low;
}

/** Reads a varint of up to 64 bits into `low` and `high`. */
function readVarint(end: number): void {
  const start = at;
  low = 0;
  high = 0;
  for (let shift = 0; shift < 70; shift += 7) {
    if (at >= end) throw malformed("The message ends inside a number", start);
    const byte = bytes[at++]!;
    const bits = byte & 0x7f;
    if (shift < 28) low |= bits << shift;
    else if (shift === 28) {
      low |= bits << 28;
      high |= bits >> 4;
    } else high |= bits << (shift - 32);
    if (byte < 0x80) {
      low >>>= 0;
      high >>>= 0;
      return;
    }
  }
  throw malformed("A number of more than ten bytes", start);
}

/** Numbers of 64 bits are cut to their lower half, as protobuf says. */
export function readInt32(end: number): number {
  readVarint(end);
  return low | 0;
}

/** Reads 64 bits as a double: exact within 2^53, and beyond that still out of any range that is asked for. */
export function readNumber(end: number): number {
  readVarint(end);
  return (high | 0) * 0x1_0000_0000 + low;
}

/** Reads 64 bits as a string of digits. */
export function readDigits(end: number): string {
  readVarint(end);
  const signed = high | 0;
  // Within 2^53 either way, doubles are exact.
  if (signed >= -0x20_0000 && signed < 0x20_0000) return String(signed * 0x1_0000_0000 + low);
  return String((BigInt(signed) << 32n) | BigInt(low));
}

export function readBool(end: number): boolean {
  readVarint(end);
  return low !== 0 || high !== 0;
}

export function readDouble(end: number): number {
  if (end - at < 8) throw malformed("The message ends inside a double");
  view ??= new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const value = view.getFloat64(at, true);
  at += 8;
  return value;
}

/** Reads a length; returns the offset at which what has it ends. */
export function readLength(end: number): number {
  const start = at;
  readVarint(end);
  if (high !== 0 || low > end - at) throw malformed("A length beyond the end", start);
  return at + low;
}

export function readByteString(end: number): Uint8Array {
  const until = readLength(end);
  const value = bytes.subarray(at, until);
  at = until;
  return value;
}

export function readText(end: number): string {
  const until = readLength(end);
  const start = at;
  at = until;
  if (until - start <= LONGEST_SHORT) {
    const text = readShort(start, until);
    if (text !== undefined) return text;
  }
  try {
    return decoder.decode(bytes.subarray(start, until));
  } catch {
    throw malformed("Text that is not UTF-8", start);
  }
}

/** Reads ASCII, eight characters at a time; undefined for other bytes. */
function readShort(start: number, until: number): string | undefined {
  const from = bytes;
  let text = "";
  let index = start;
  for (; index + 8 <= until; index += 8) {
    const [a, b, c, d] = [from[index]!, from[index + 1]!, from[index + 2]!, from[index + 3]!];
    const [e, f, g, h] = [from[index + 4]!, from[index + 5]!, from[index + 6]!, from[index + 7]!];
    if ((a | b | c | d | e | f | g | h) > 0x7f) return undefined;
    text += String.fromCharCode(a, b, c, d, e, f, g, h);
  }
  for (; index < until; index++) {
    const byte = from[index]!;
    if (byte > 0x7f) return undefined;
    text += String.fromCharCode(byte);
  }
  return text;
}

/** Passes over a value of an unknown field, and of a group with all that is in it. */
export function skipValue(tag: number, end: number, depth = 0): void {
  switch (tag & 7) {
    case WIRE_TYPES.varint:
      readVarint(end);
      return;
    case WIRE_TYPES.fixed64:
      skipBytes(8, end);
      return;
    case WIRE_TYPES.length:
      at = readLength(end);
      return;
    case WIRE_TYPES.fixed32:
      skipBytes(4, end);
      return;
    case WIRE_TYPES.startGroup:
      skipGroup(tag >>> 3, end, depth);
      return;
    default:
      throw malformed(`Wire type ${tag & 7}, which starts no value,`);
  }
}

function skipBytes(count: number, end: number): void {
  if (end - at < count) throw malformed("The message ends inside a value");
  at += count;
}

function skipGroup(field: number, end: number, depth: number): void {
  if (depth >= DEEPEST_GROUP) throw malformed(`Groups nested deeper than ${DEEPEST_GROUP} levels`);
  while (true) {
    if (at >= end) throw malformed("The message ends inside a group");
    const tag = readTag(end);
    if ((tag & 7) !== WIRE_TYPES.endGroup) skipValue(tag, end, depth + 1);
    else if (tag >>> 3 === field) return;
    else throw malformed("The end of a group that was not begun");
  }
}
