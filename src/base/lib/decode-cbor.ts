import type { CborValue } from "./cbor.ts";

/** Limits of {@link decodeCbor}. */
export interface DecodeCborLimits {
  /** Deepest nesting of arrays and maps. Default 64, as for JSON. */
  readonly maxDepth?: number;
}

/** Thrown by {@link decodeCbor}; `offset` is that of the data item at fault, in bytes from 0. */
export class CborSyntaxError extends Error {
  override readonly name = "CborSyntaxError";
  readonly offset: number;

  constructor(reason: string, offset: number) {
    super(`${reason} at byte ${offset}`);
    this.offset = offset;
  }
}

// Decoding is synchronous and never re-entered, so its state lives here, as in parse-json.ts.
let bytes: Uint8Array = new Uint8Array();
let view = new DataView(bytes.buffer);
let position = 0;
let depthLeft = 0;

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const NOTHING = new Uint8Array();
const BREAK = 0xff;
/** Bytes of the largest bignum below the largest double: what is longer could not be a number in JSON either. */
const MAX_BIGNUM_BYTES = 128;

/**
 * Decodes one CBOR data item (RFC 8949) without changing any value silently. All well-formed lengths and widths are
 * taken, indefinite ones too. Refused beside bad encoding: what JSON has no form for (undefined and other simple values,
 * NaN, infinities, keys that are not text), tags other than bignums, duplicate keys, the keys `__proto__`,
 * `constructor` and `prototype`, invalid UTF-8, and bytes after the item. A length is compared with the bytes that are
 * left before anything is allocated for it.
 */
export function decodeCbor(source: Uint8Array, limits: DecodeCborLimits = {}): CborValue {
  bytes = source;
  view = new DataView(source.buffer, source.byteOffset, source.byteLength);
  position = 0;
  depthLeft = limits.maxDepth ?? 64;
  try {
    const value = decodeItem();
    if (position < bytes.length) fail("Unexpected bytes after the CBOR data item", position);
    return value;
  } finally {
    bytes = NOTHING;
    view = new DataView(NOTHING.buffer);
  }
}

function decodeItem(): CborValue {
  const start = position;
  const initial = nextByte();
  const info = initial & 0x1f;
  switch (initial >> 5) {
    case 0:
      return decodeArgument(info, start);
    case 1: {
      const value = decodeArgument(info, start);
      return typeof value === "number" && value < Number.MAX_SAFE_INTEGER ? -1 - value : -1n - BigInt(value);
    }
    case 2:
      return info === 31 ? joinBytes(start) : takeBytes(decodeLength(info, start), start).slice();
    case 3:
      return info === 31 ? joinText(start) : decodeText(info, start);
    case 4:
      return decodeArray(info, start);
    case 5:
      return decodeMap(info, start);
    case 6:
      return decodeTagged(info, start);
    default:
      return decodeSimple(info, start);
  }
}

function nextByte(): number {
  const byte = bytes[position];
  if (byte === undefined) fail("Unexpected end", position);
  position++;
  return byte;
}

/** The argument of an initial byte (RFC 8949 section 3). */
function decodeArgument(info: number, start: number): number | bigint {
  if (info < 24) return info;
  if (info > 27) fail("Not a well-formed initial byte", start);
  const size = 1 << (info - 24);
  if (bytes.length - position < size) fail("Unexpected end", bytes.length);
  const at = position;
  position += size;
  if (size === 1) return view.getUint8(at);
  if (size === 2) return view.getUint16(at);
  if (size === 4) return view.getUint32(at);
  const whole = view.getBigUint64(at);
  return whole <= Number.MAX_SAFE_INTEGER ? Number(whole) : whole;
}

/** A count of items or bytes; each takes at least one byte, so what claims more than is left is refused at once. */
function decodeLength(info: number, start: number): number {
  const length = decodeArgument(info, start);
  if (length > bytes.length - position) fail("A length beyond the end", start);
  return Number(length);
}

function takeBytes(length: number, start: number): Uint8Array {
  if (length > bytes.length - position) fail("A length beyond the end", start);
  position += length;
  return bytes.subarray(position - length, position);
}

/** Chunks of an indefinite-length string: definite ones of the same major type (RFC 8949 section 3.2.3). */
function* chunks(major: number): Generator<{ readonly info: number; readonly start: number }> {
  for (;;) {
    const start = position;
    const initial = nextByte();
    if (initial === BREAK) return;
    if (initial >> 5 !== major || (initial & 0x1f) === 31) fail("Not a chunk of this string", start);
    yield { info: initial & 0x1f, start };
  }
}

function joinBytes(start: number): Uint8Array {
  const parts: Uint8Array[] = [];
  let size = 0;
  for (const chunk of chunks(2)) {
    const part = takeBytes(decodeLength(chunk.info, chunk.start), start);
    parts.push(part);
    size += part.length;
  }
  const joined = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}

function joinText(start: number): string {
  let text = "";
  for (const chunk of chunks(3)) text += decodeText(chunk.info, start);
  return text;
}

function decodeText(info: number, start: number): string {
  const length = decodeLength(info, start);
  const end = position + length;
  // Most texts are short names in ASCII, for which calling the decoder costs more than decoding.
  if (length <= 24) {
    let text = "";
    let at = position;
    for (; at < end; at++) {
      const code = bytes[at] ?? 0x80;
      if (code >= 0x80) break;
      text += String.fromCharCode(code);
    }
    if (at === end) {
      position = end;
      return text;
    }
  }
  try {
    return utf8.decode(takeBytes(length, start));
  } catch {
    return fail("Text that is not UTF-8", start);
  }
}

function decodeArray(info: number, start: number): CborValue {
  if (--depthLeft < 0) fail("Nested too deep", start);
  const array: CborValue[] = [];
  if (info === 31) {
    while (!atBreak()) array.push(decodeItem());
  } else {
    for (let left = decodeLength(info, start); left > 0; left--) array.push(decodeItem());
  }
  depthLeft++;
  return array;
}

function decodeMap(info: number, start: number): CborValue {
  if (--depthLeft < 0) fail("Nested too deep", start);
  const map: Record<string, CborValue> = {};
  if (info === 31) {
    while (!atBreak()) decodeEntry(map);
  } else {
    for (let left = decodeLength(info, start); left > 0; left--) decodeEntry(map);
  }
  depthLeft++;
  return map;
}

function decodeEntry(map: Record<string, CborValue>): void {
  const start = position;
  const initial = nextByte();
  if (initial >> 5 !== 3) fail("A key that is not text", start);
  const info = initial & 0x1f;
  const key = info === 31 ? joinText(start) : decodeText(info, start);
  if (key === "__proto__" || key === "constructor" || key === "prototype") {
    fail(`Key ${JSON.stringify(key)} is not allowed`, start);
  }
  if (Object.hasOwn(map, key)) {
    fail(`Duplicate key ${JSON.stringify(key.length > 64 ? `${key.slice(0, 64)}…` : key)}`, start);
  }
  map[key] = decodeItem();
}

/** Steps over the end of an indefinite-length array or map, if it is here. */
function atBreak(): boolean {
  if (bytes[position] !== BREAK) return false;
  position++;
  return true;
}

/** Bignums, the only tags (RFC 8949 section 3.4.3). */
function decodeTagged(info: number, start: number): CborValue {
  const tag = decodeArgument(info, start);
  if (tag !== 2 && tag !== 3) fail(`Tag ${tag} is not taken`, start);
  const initial = nextByte();
  if (initial >> 5 !== 2) fail("A bignum that is not a byte string", start);
  const inner = initial & 0x1f;
  const digits = inner === 31 ? joinBytes(start) : takeBytes(decodeLength(inner, start), start);
  if (digits.length > MAX_BIGNUM_BYTES) fail("Number beyond the range of a double", start);
  let value = 0n;
  for (const byte of digits) value = (value << 8n) | BigInt(byte);
  if (tag === 3) value = -1n - value;
  const number = Number(value);
  if (!Number.isFinite(number)) fail("Number beyond the range of a double", start);
  return Number.isSafeInteger(number) ? number : value;
}

function decodeSimple(info: number, start: number): CborValue {
  switch (info) {
    case 20:
      return false;
    case 21:
      return true;
    case 22:
      return null;
    case 25:
    case 26:
    case 27:
      return decodeFloat(1 << (info - 24), start);
    case 31:
      return fail("A break without anything to end", start);
    default:
      return fail(
        info === 23 ? "Undefined has no form in JSON" : "A simple value without a form in JSON",
        start,
      );
  }
}

function decodeFloat(size: number, start: number): number {
  if (bytes.length - position < size) fail("Unexpected end", bytes.length);
  const at = position;
  position += size;
  const value = size === 8 ? view.getFloat64(at) : size === 4 ? view.getFloat32(at) : halfAt(at);
  if (!Number.isFinite(value)) fail("Number that is not finite", start);
  // Minus zero is zero, as in JSON bodies.
  return value + 0;
}

/** RFC 8949 appendix D. */
function halfAt(at: number): number {
  const half = view.getUint16(at);
  const exponent = (half >> 10) & 0x1f;
  const fraction = half & 0x3ff;
  const size =
    exponent === 0
      ? fraction * 2 ** -24
      : exponent === 31
        ? fraction === 0
          ? Number.POSITIVE_INFINITY
          : Number.NaN
        : (fraction + 1024) * 2 ** (exponent - 25);
  return half & 0x8000 ? -size : size;
}

function fail(reason: string, offset: number): never {
  throw new CborSyntaxError(reason, offset);
}
