import { HpackError } from "./hpack-error.ts";
import { HUFFMAN_EOS, huffmanBits } from "./hpack-tables.ts";

// Codes of up to ten bits are read by one look into a table. Longer ones all begin with eight ones; their other 3 to 22
// bits are told by comparison, since a canonical code sorts by length.

const SHORT_BITS = 10;
const SHORT_MASK = (1 << SHORT_BITS) - 1;
const LONG_PREFIX_BITS = 8;
const LONGEST_BITS = 30;
/** Bits of the longest code after its eight ones. */
const LONG_BITS = LONGEST_BITS - LONG_PREFIX_BITS;
const LONG_MASK = (1 << LONG_BITS) - 1;

/** By the next ten bits: the code's length times 256, and the symbol; 0 where the code is longer. */
const short = new Uint16Array(1 << SHORT_BITS);
/** By length: the first value of the next 22 bits that no code of this length or a shorter one begins with. */
const longEnd = new Int32Array(LONGEST_BITS + 1);
/** By length: what to take off a code to have its place among the symbols. */
const longOffset = new Int32Array(LONGEST_BITS + 1);
/** In the order of their codes. */
const symbols = new Uint16Array(HUFFMAN_EOS + 1);

fillTables();

function fillTables(): void {
  const byLength: number[][] = Array.from({ length: LONGEST_BITS + 1 }, () => []);
  for (let symbol = 0; symbol <= HUFFMAN_EOS; symbol++) byLength[huffmanBits(symbol)]!.push(symbol);
  let code = 0;
  let place = 0;
  byLength.forEach((ofLength, bits) => {
    code <<= 1;
    longOffset[bits] = code - place;
    for (const symbol of ofLength) {
      const free = SHORT_BITS - bits;
      if (free >= 0) short.fill((bits << 8) | symbol, code << free, (code + 1) << free);
      symbols[place++] = symbol;
      code++;
    }
    if (bits > SHORT_BITS) longEnd[bits] = (code << (LONGEST_BITS - bits)) & LONG_MASK;
  });
  // The last code is all ones: its end is one above all that 22 bits can say.
  longEnd[LONGEST_BITS] = LONG_MASK + 1;
}

/** The most bytes that a Huffman-coded string of so many bytes can have: its shortest codes have five bits. */
export function huffmanRoom(length: number): number {
  return Math.floor((length * 8) / 5);
}

/**
 * Decodes a Huffman-coded string (RFC 7541 section 5.2) to the start of `out`, which has room for it (`huffmanRoom`), and
 * returns its length. Throws HpackError for EOS, an unfinished code, and padding that is longer than seven bits or not all
 * ones.
 */
export function decodeHuffman(bytes: Uint8Array, start: number, end: number, out: Uint8Array): number {
  let at = start;
  let length = 0;
  /** The last bits read; of these, the lowest `held` are still to be decoded. */
  let window = 0;
  let held = 0;
  while (true) {
    while (held <= 24 && at < end) {
      window = (window << 8) | bytes[at++]!;
      held += 8;
    }
    if (held < SHORT_BITS) break;
    let entry = short[(window >>> (held - SHORT_BITS)) & SHORT_MASK]!;
    while (entry !== 0) {
      out[length++] = entry & 0xff;
      held -= entry >>> 8;
      if (held < SHORT_BITS) break;
      entry = short[(window >>> (held - SHORT_BITS)) & SHORT_MASK]!;
    }
    if (entry !== 0) continue;
    held -= LONG_PREFIX_BITS;
    while (held <= 24 && at < end) {
      window = (window << 8) | bytes[at++]!;
      held += 8;
    }
    const next =
      held < LONG_BITS ? padded(window, held, LONG_BITS) : (window >>> (held - LONG_BITS)) & LONG_MASK;
    let bits = SHORT_BITS + 1;
    while (next >= longEnd[bits]!) bits++;
    held -= bits - LONG_PREFIX_BITS;
    if (held < 0) throw new HpackError("A Huffman code is not finished, or the padding too long");
    out[length++] = longSymbol(next, bits);
  }
  return decodeLast(window, held, out, length);
}

function longSymbol(next: number, bits: number): number {
  const code = (0xff << (bits - LONG_PREFIX_BITS)) | (next >>> (LONGEST_BITS - bits));
  const symbol = symbols[code - longOffset[bits]!]!;
  if (symbol === HUFFMAN_EOS) throw new HpackError("A Huffman-coded string has EOS in it");
  return symbol;
}

/** Decodes the last nine bits or fewer: short codes, then the padding. */
function decodeLast(window: number, count: number, out: Uint8Array, outAt: number): number {
  let held = count;
  let length = outAt;
  while (held > 0) {
    const next = padded(window, held, SHORT_BITS);
    const entry = short[next]!;
    if (entry === 0 || entry >>> 8 > held) {
      if (held > 7 || next !== SHORT_MASK)
        throw new HpackError("The padding of a Huffman-coded string is wrong");
      break;
    }
    out[length++] = entry & 0xff;
    held -= entry >>> 8;
  }
  return length;
}

/** The lowest `held` bits with ones after them, `width` bits in all. */
function padded(window: number, held: number, width: number): number {
  const missing = width - held;
  return ((window << missing) | ((1 << missing) - 1)) & ((1 << width) - 1);
}
