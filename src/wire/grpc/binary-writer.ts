// Writing is synchronous and never re-entered, so its state lives here, as the JSON parser's does: messages are written one
// after the other into a shared buffer, and given away as views of it.

/** Small enough that a message which is kept does not keep much beside it. */
const SHARED_BYTES = 16_384;
/** A message starts in a new buffer where less than this is left: most fit, and need not be moved. */
const LEAST_LEFT_BYTES = 1024;

const encoder = new TextEncoder();
let buffer = new Uint8Array(SHARED_BYTES);
let view = new DataView(buffer.buffer);
let begin = 0;
let at = 0;

/** Starts a message. */
export function beginBytes(): void {
  if (buffer.length - at < LEAST_LEFT_BYTES || buffer.length > SHARED_BYTES)
    useBuffer(new Uint8Array(SHARED_BYTES));
  begin = at;
}

/** Ends it: the bytes written since {@link beginBytes}, which nobody writes to any more. */
export function takeBytes(): Uint8Array {
  const bytes = buffer.subarray(begin, at);
  begin = at;
  return bytes;
}

function useBuffer(next: Uint8Array<ArrayBuffer>): void {
  buffer = next;
  view = new DataView(buffer.buffer);
  at = 0;
}

function reserve(size: number): void {
  if (at + size > buffer.length) grow(size);
}

/** Moves the message under way; offsets into it are told from its begin, which moves too. */
function grow(size: number): void {
  const written = buffer.subarray(begin, at);
  const grown = new Uint8Array(Math.max((written.length + size) * 2, SHARED_BYTES));
  grown.set(written);
  useBuffer(grown);
  begin = 0;
  at = written.length;
}

/** Writes a tag, a length or an enum's number: a whole number from 0 to 2^32 - 1. */
export function writeUint32(value: number): void {
  reserve(5);
  if (value < 0x80) {
    buffer[at++] = value;
    return;
  }
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
    // Locals, since writing to the module's own variables for each character costs twice as much.
    const out = buffer;
    let to = at;
    out[to++] = length;
    let index = 0;
    for (; index < length; index++) {
      const code = text.charCodeAt(index);
      if (code > 0x7f) break;
      out[to++] = code;
    }
    if (index === length) {
      at = to;
      return;
    }
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
  return ++at - begin;
}

/** Writes the length of all since {@link startLength}; what is longer than 127 bytes is moved to make room. */
export function endLength(startOfBytes: number): void {
  const length = at - begin - startOfBytes;
  if (length < 0x80) {
    buffer[begin + startOfBytes - 1] = length;
    return;
  }
  const more = length < 0x4000 ? 1 : length < 0x20_0000 ? 2 : length < 0x1000_0000 ? 3 : 4;
  reserve(more);
  const start = begin + startOfBytes;
  buffer.copyWithin(start + more, start, at);
  at = start - 1;
  writeUint32(length);
  at += length;
}
