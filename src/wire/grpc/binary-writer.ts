// Writing is synchronous and never re-entered, so its state lives here, as the JSON parser's does: one buffer for all
// messages, copied out once at the end.

/** Bytes of most messages. */
const USUAL_BYTES = 8192;
/** A buffer that grew beyond this for one message is not kept for the next. */
const MOST_KEPT_BYTES = 1_048_576;

const encoder = new TextEncoder();
let buffer = new Uint8Array(USUAL_BYTES);
let view = new DataView(buffer.buffer);
let at = 0;

/** Starts a message. */
export function beginBytes(): void {
  at = 0;
}

/** Ends it: a copy of the bytes written since {@link beginBytes}. */
export function takeBytes(): Uint8Array<ArrayBuffer> {
  const bytes = buffer.slice(0, at);
  if (buffer.length > MOST_KEPT_BYTES) {
    buffer = new Uint8Array(USUAL_BYTES);
    view = new DataView(buffer.buffer);
  }
  return bytes;
}

function reserve(size: number): void {
  const needed = at + size;
  if (needed <= buffer.length) return;
  const grown = new Uint8Array(Math.max(needed, buffer.length * 2));
  grown.set(buffer);
  buffer = grown;
  view = new DataView(buffer.buffer);
}

/** Writes a tag, a length or an enum's number: a whole number from 0 to 2^32 - 1. */
export function writeUint32(value: number): void {
  reserve(5);
  let rest = value;
  while (rest > 0x7f) {
    buffer[at++] = (rest & 0x7f) | 0x80;
    rest >>>= 7;
  }
  buffer[at++] = rest;
}

/** Negative numbers take ten bytes, as those of 64 bits do. */
export function writeInt32(value: number): void {
  if (value >= 0) writeUint32(value);
  else writeInt64Parts(value, -1);
}

/** Writes a whole number that a double holds exactly. */
export function writeSafeInteger(value: number): void {
  const high = Math.floor(value / 0x1_0000_0000);
  writeInt64Parts(value - high * 0x1_0000_0000, high);
}

/** Writes a string of digits, perhaps with a minus sign; it must be within 64 bits. */
export function writeDigits(digits: string): void {
  // Fifteen digits are less than 2^53.
  if (digits.length <= 15) {
    writeSafeInteger(Number(digits));
    return;
  }
  const value = BigInt(digits);
  writeInt64Parts(Number(BigInt.asIntN(32, value)), Number(BigInt.asIntN(32, value >> 32n)));
}

function writeInt64Parts(lowBits: number, highBits: number): void {
  reserve(10);
  let low = lowBits >>> 0;
  let high = highBits >>> 0;
  while (high > 0 || low > 0x7f) {
    buffer[at++] = (low & 0x7f) | 0x80;
    low = ((low >>> 7) | (high << 25)) >>> 0;
    high >>>= 7;
  }
  buffer[at++] = low;
}

export function writeBool(value: boolean): void {
  reserve(1);
  buffer[at++] = value ? 1 : 0;
}

export function writeDouble(value: number): void {
  reserve(8);
  view.setFloat64(at, value, true);
  at += 8;
}

/** Writes length and bytes. */
export function writeByteString(bytes: Uint8Array): void {
  writeUint32(bytes.length);
  reserve(bytes.length);
  buffer.set(bytes, at);
  at += bytes.length;
}

/** Writes length and UTF-8. */
export function writeText(text: string): void {
  const { length } = text;
  if (length < 0x80) {
    reserve(length + 1);
    const start = at;
    buffer[at++] = length;
    for (let index = 0; index < length; index++) {
      const code = text.charCodeAt(index);
      if (code > 0x7f) {
        at = start;
        writeUtf8(text);
        return;
      }
      buffer[at++] = code;
    }
    return;
  }
  writeUtf8(text);
}

function writeUtf8(text: string): void {
  // A UTF-16 unit takes three bytes at most.
  reserve(text.length * 3 + 5);
  const start = startLength();
  at += encoder.encodeInto(text, buffer.subarray(at)).written;
  endLength(start);
}

/** Leaves room for the length of what follows; give the answer to {@link endLength}. */
export function startLength(): number {
  reserve(1);
  return ++at;
}

/** Writes the length of all since {@link startLength}; what is longer than 127 bytes is moved to make room. */
export function endLength(start: number): void {
  const length = at - start;
  if (length < 0x80) {
    buffer[start - 1] = length;
    return;
  }
  const more = length < 0x4000 ? 1 : length < 0x20_0000 ? 2 : length < 0x1000_0000 ? 3 : 4;
  reserve(more);
  buffer.copyWithin(start + more, start, at);
  at = start - 1;
  writeUint32(length);
  at += length;
}
