import type { CborValue } from "./cbor.ts";
import { utf8Length } from "./text-length.ts";

// Encoding is synchronous and never re-entered: one buffer serves all, and the result is a copy of its beginning.
let buffer = new Uint8Array(1024);
let view = new DataView(buffer.buffer);
let position = 0;

const utf8 = new TextEncoder();
const single = new DataView(new ArrayBuffer(4));
/** A larger buffer is given up after use, so that one long answer does not hold memory for ever. */
const MAX_KEPT_BYTES = 1_048_576;

/**
 * Encodes a value as one CBOR data item in preferred serialisation (RFC 8949 section 4.1): shortest integers, lengths and
 * floats, definite lengths. decodeCbor of it gives the same value. Numbers must be finite.
 */
export function encodeCbor(value: CborValue): Uint8Array {
  position = 0;
  encodeItem(value);
  const result = buffer.slice(0, position);
  if (buffer.length > MAX_KEPT_BYTES) reserveAll(1024);
  return result;
}

function encodeItem(value: CborValue): void {
  if (typeof value === "string") encodeText(value);
  else if (typeof value === "number") encodeNumber(value);
  else if (typeof value === "bigint") encodeBigint(value);
  else if (typeof value === "boolean") encodeByte(value ? 0xf5 : 0xf4);
  else if (value === null) encodeByte(0xf6);
  else if (value instanceof Uint8Array) {
    encodeHead(2, value.length);
    encodeBytes(value);
  } else if (isList(value)) encodeList(value);
  else encodeMap(value);
}

function encodeList(list: readonly CborValue[]): void {
  encodeHead(4, list.length);
  for (const item of list) encodeItem(item);
}

function encodeMap(map: { readonly [key: string]: CborValue }): void {
  const keys = Object.keys(map);
  encodeHead(5, keys.length);
  for (const key of keys) {
    encodeText(key);
    encodeItem(map[key] ?? null);
  }
}

function encodeText(text: string): void {
  const { length } = text;
  // Names and other short ASCII, written without a call into the encoder.
  if (length < 24) {
    reserve(24);
    let at = position + 1;
    for (let index = 0; index < length; index++) {
      const code = text.charCodeAt(index);
      if (code >= 0x80) break;
      buffer[at++] = code;
    }
    if (at === position + 1 + length) {
      buffer[position] = 0x60 | length;
      position = at;
      return;
    }
  }
  const size = utf8Length(text);
  encodeHead(3, size);
  reserve(size);
  utf8.encodeInto(text, buffer.subarray(position));
  position += size;
}

function encodeNumber(value: number): void {
  if (Number.isSafeInteger(value)) {
    if (value < 0) encodeHead(1, -1 - value);
    else encodeHead(0, value);
    return;
  }
  reserve(9);
  const half = toHalf(value);
  if (half !== undefined) {
    buffer[position] = 0xf9;
    view.setUint16(position + 1, half);
    position += 3;
  } else if (Math.fround(value) === value) {
    buffer[position] = 0xfa;
    view.setFloat32(position + 1, value);
    position += 5;
  } else {
    buffer[position] = 0xfb;
    view.setFloat64(position + 1, value);
    position += 9;
  }
}

/** The bits of the half-precision float of this value; undefined where there is none. */
function toHalf(value: number): number | undefined {
  single.setFloat32(0, value);
  const bits = single.getUint32(0);
  const exponent = ((bits >> 23) & 0xff) - 112;
  if (single.getFloat32(0) !== value || exponent > 30 || exponent < -10) return undefined;
  const sign = (bits >>> 16) & 0x8000;
  const fraction = bits & 0x7fffff;
  if (exponent > 0) return fraction & 0x1fff ? undefined : sign | (exponent << 10) | (fraction >> 13);
  // Below 2^-14 the leading 1 is written out, shifted into place.
  const shift = 14 - exponent;
  const whole = fraction | 0x800000;
  return whole & ((1 << shift) - 1) ? undefined : sign | (whole >> shift);
}

function encodeBigint(value: bigint): void {
  const negative = value < 0n;
  const size = negative ? -1n - value : value;
  if (size <= 0xffff_ffff_ffff_ffffn) {
    if (size <= Number.MAX_SAFE_INTEGER) {
      encodeHead(negative ? 1 : 0, Number(size));
      return;
    }
    reserve(9);
    buffer[position] = negative ? 0x3b : 0x1b;
    view.setBigUint64(position + 1, size);
    position += 9;
    return;
  }
  encodeByte(negative ? 0xc3 : 0xc2);
  const hex = size.toString(16);
  const length = Math.ceil(hex.length / 2);
  encodeHead(2, length);
  reserve(length);
  for (let end = hex.length % 2 || 2; end <= hex.length; end += 2) {
    buffer[position++] = Number.parseInt(hex.slice(Math.max(end - 2, 0), end), 16);
  }
}

/** Major type and argument, in as few bytes as hold it; the argument is a safe integer. */
function encodeHead(major: number, argument: number): void {
  reserve(9);
  const type = major << 5;
  if (argument < 24) buffer[position++] = type | argument;
  else if (argument < 0x100) {
    buffer[position++] = type | 24;
    buffer[position++] = argument;
  } else if (argument < 0x10000) {
    buffer[position] = type | 25;
    view.setUint16(position + 1, argument);
    position += 3;
  } else if (argument < 0x1_0000_0000) {
    buffer[position] = type | 26;
    view.setUint32(position + 1, argument);
    position += 5;
  } else {
    buffer[position] = type | 27;
    view.setBigUint64(position + 1, BigInt(argument));
    position += 9;
  }
}

function encodeByte(byte: number): void {
  reserve(1);
  buffer[position++] = byte;
}

function encodeBytes(bytes: Uint8Array): void {
  reserve(bytes.length);
  buffer.set(bytes, position);
  position += bytes.length;
}

function reserve(bytes: number): void {
  if (position + bytes > buffer.length) reserveAll(Math.max(position + bytes, buffer.length * 2));
}

function reserveAll(bytes: number): void {
  const larger = new Uint8Array(bytes);
  larger.set(buffer.subarray(0, Math.min(position, bytes)));
  buffer = larger;
  view = new DataView(larger.buffer);
}

function isList(value: object): value is readonly CborValue[] {
  return Array.isArray(value);
}
