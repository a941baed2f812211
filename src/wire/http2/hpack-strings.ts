import { HpackError } from "./hpack-error.ts";
import { decodeHuffman, huffmanRoom } from "./huffman.ts";

// Reading is synchronous, so where it stands is told by variables instead of objects made for each number and string.

/** Offset after what was read last. */
export let next = 0;

/** A number has at most 31 bits: five bytes after its prefix. */
const MOST_SHIFT = 28;
const LARGEST = 0x7fff_ffff;

/** Up to this length, putting the characters together costs less than a call to Node. Longer ones would be ropes. */
const LONGEST_SHORT = 12;
/** Larger memory for decoded strings is not kept. */
const MOST_KEPT_BYTES = 65_536;

let scratch: Buffer = Buffer.allocUnsafeSlow(4096);
/** The string that was read last, decoded: in the block, or in memory that the next one overwrites. */
let text = scratch;
let textStart = 0;
let textEnd = 0;

/**
 * Reads a number (RFC 7541 section 5.1) of which `mask` has the bits of the prefix. Throws HpackError for one above 2^31 - 1, with more
 * than five bytes after the prefix, or cut off.
 */
export function readInteger(block: Uint8Array, at: number, mask: number): number {
  let value = block[at]! & mask;
  next = at + 1;
  if (value < mask) return value;
  for (let shift = 0; shift <= MOST_SHIFT; shift += 7) {
    if (next >= block.length) throw new HpackError("The block ends inside a number");
    const byte = block[next++]!;
    // Multiplied, since a shift would wrap round.
    value += (byte & 0x7f) * 2 ** shift;
    if (byte < 0x80) {
      if (value > LARGEST) break;
      return value;
    }
  }
  throw new HpackError("A number is too large, or has too many bytes");
}

/**
 * Passes over a string (RFC 7541 section 5.2) and returns its length as decoded. `takeString` gives it until the next call. Throws
 * HpackError where it is cut off or its Huffman code is wrong.
 */
export function readString(block: Buffer, at: number): number {
  if (at >= block.length) throw new HpackError("The block ends before a string");
  const length = readInteger(block, at, 0x7f);
  const start = next;
  next += length;
  if (next > block.length) throw new HpackError("The block ends inside a string");
  if (block[at]! < 0x80) {
    text = block;
    textStart = start;
    textEnd = next;
    return length;
  }
  text = scratchFor(huffmanRoom(length));
  textStart = 0;
  textEnd = decodeHuffman(block, start, next, text);
  return textEnd;
}

/** The string that was read last, a character for each byte. */
export function takeString(): string {
  const length = textEnd - textStart;
  if (length > LONGEST_SHORT) return text.toString("latin1", textStart, textEnd);
  let value = "";
  let at = textStart;
  if (length >= 8) {
    const [a, b, c, d] = [text[at]!, text[at + 1]!, text[at + 2]!, text[at + 3]!];
    const [e, f, g, h] = [text[at + 4]!, text[at + 5]!, text[at + 6]!, text[at + 7]!];
    value = String.fromCharCode(a, b, c, d, e, f, g, h);
    at += 8;
  }
  for (; at < textEnd; at++) value += String.fromCharCode(text[at]!);
  return value;
}

/** Passes over a string whose length is one byte. */
export function skipShort(block: Uint8Array, at: number): void {
  next = at + 1 + (block[at]! & 0x7f);
}

/** Lets go of the block. */
export function dropString(): void {
  text = scratch;
}

function scratchFor(bytes: number): Buffer {
  if (bytes <= scratch.length) return scratch;
  const larger = Buffer.allocUnsafeSlow(bytes);
  if (bytes <= MOST_KEPT_BYTES) scratch = larger;
  return larger;
}
