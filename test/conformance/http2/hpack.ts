/** Headers of a block, in order. */
export type Fields = readonly (readonly [name: string, value: string])[];

/** RFC 7541 appendix A. */
const STATIC: Fields =
  `:authority|:method=GET|:method=POST|:path=/|:path=/index.html|:scheme=http|:scheme=https|:status=200|
:status=204|:status=206|:status=304|:status=400|:status=404|:status=500|accept-charset|accept-encoding=gzip, deflate|
accept-language|accept-ranges|accept|access-control-allow-origin|age|allow|authorization|cache-control|content-disposition|
content-encoding|content-language|content-length|content-location|content-range|content-type|cookie|date|etag|expect|expires|
from|host|if-match|if-modified-since|if-none-match|if-range|if-unmodified-since|last-modified|link|location|max-forwards|
proxy-authenticate|proxy-authorization|range|referer|refresh|retry-after|server|set-cookie|strict-transport-security|
transfer-encoding|user-agent|vary|via|www-authenticate`
    .replaceAll("\n", "")
    .split("|")
    .map((entry) => [entry.replace(/=.*/, ""), entry.includes("=") ? entry.replace(/.*?=/, "") : ""]);

/**
 * RFC 7541 appendix B by the length of the codes in bits: the symbols of a length have codes one after the other, and the
 * shorter codes come first, so that nothing else need be known.
 */
const SYMBOLS: Readonly<Record<number, readonly number[]>> = {
  5: ascii("012aceiost"),
  6: ascii(" %-./3456789=A_bdfghlmnpru"),
  7: ascii(":BCDEFGHIJKLMNOPQRSTUVWYjkqvwxyz"),
  8: ascii("&*,;XZ"),
  10: ascii('!"()?'),
  11: ascii("'+|"),
  12: ascii("#>"),
  13: [0, ...ascii("$@[]~")],
  14: ascii("^}"),
  15: ascii("<`{"),
  19: [92, 195, 208],
  20: [128, 130, 131, 162, 184, 194, 224, 226],
  21: [153, 161, 167, 172, 176, 177, 179, 209, 216, 217, 227, 229, 230],
  22: [
    129, 132, 133, 134, 136, 146, 154, 156, 160, 163, 164, 169, 170, 173, 178, 181, 185, 186, 187, 189, 190,
    196, 198, 228, 232, 233,
  ],
  23: [
    1, 135, 137, 138, 139, 140, 141, 143, 147, 149, 150, 151, 152, 155, 157, 158, 165, 166, 168, 174, 175,
    180, 182, 183, 188, 191, 197, 231, 239,
  ],
  24: [9, 142, 144, 145, 148, 159, 171, 206, 215, 225, 236, 237],
  25: [199, 207, 234, 235],
  26: [192, 193, 200, 201, 202, 205, 210, 213, 218, 219, 238, 240, 242, 243, 255],
  27: [203, 204, 211, 212, 214, 221, 222, 223, 241, 244, 245, 246, 247, 248, 250, 251, 252, 253, 254],
  28: [
    2, 3, 4, 5, 6, 7, 8, 11, 12, 14, 15, 16, 17, 18, 19, 20, 21, 23, 24, 25, 26, 27, 28, 29, 30, 31, 127, 220,
    249,
  ],
  30: [10, 13, 22, 256],
};

const CODES = new Map<string, number>();
let next = 0;
let previous = 5;
for (const [bits, symbols] of Object.entries(SYMBOLS)) {
  next *= 2 ** (Number(bits) - previous);
  previous = Number(bits);
  for (const symbol of symbols) CODES.set((next++).toString(2).padStart(Number(bits), "0"), symbol);
}

/** Bits of each symbol of the Huffman code; the last is EOS. */
export const HUFFMAN: ReadonlyMap<number, string> = new Map(
  [...CODES].map(([bits, symbol]) => [symbol, bits]),
);

/** Writes a block of literals that are not indexed, without Huffman: what any decoder must understand. */
export function writeFields(fields: Fields): Buffer {
  return Buffer.concat(fields.map(([name, value]) => literal(0x00, name, value)));
}

/** One literal with a new name; `kind` is its first byte: 0x40 to index it, 0x00 not to, 0x10 never to. */
export function literal(kind: number, name: string, value: string, asHuffman = false): Buffer {
  const text = asHuffman ? huffman : plain;
  return Buffer.concat([Buffer.of(kind), text(name), text(value)]);
}

/** RFC 7541 section 5.1: an integer with `bits` bits in its first byte, above which `kind` stands. */
export function integer(kind: number, bits: number, value: number): Buffer {
  const most = 2 ** bits - 1;
  if (value < most) return Buffer.of(kind | value);
  const bytes = [kind | most];
  let rest = value - most;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push(128 + (rest % 128));
  return Buffer.from([...bytes, rest]);
}

function plain(text: string): Buffer {
  const bytes = Buffer.from(text, "latin1");
  return Buffer.concat([integer(0, 7, bytes.length), bytes]);
}

function huffman(text: string): Buffer {
  const bits = [...Buffer.from(text, "latin1")].map((byte) => HUFFMAN.get(byte)).join("");
  const bytes = (bits.padEnd(Math.ceil(bits.length / 8) * 8, "1").match(/.{8}/g) ?? []).map((byte) =>
    Number.parseInt(byte, 2),
  );
  return Buffer.concat([integer(0x80, 7, bytes.length), Buffer.from(bytes)]);
}

/** Reads blocks of headers, one after the other, as they came on a connection. Slow, and shares nothing with the server. */
export class FieldReader {
  /** Bytes of entries, and the most that has been agreed on (RFC 7541 section 4.1). */
  readonly #table: [string, string][] = [];
  #maxSize: number;
  readonly #limit: number;
  #bytes: Buffer = Buffer.alloc(0);
  #at = 0;
  /** Sizes of the dynamic table that the other side has said it would use. */
  readonly sizeUpdates: number[] = [];

  /** `limit`: the SETTINGS_HEADER_TABLE_SIZE that this side has sent. */
  constructor(limit = 4096) {
    this.#limit = limit;
    this.#maxSize = 4096;
  }

  /** Fields in the dynamic table. */
  get entries(): number {
    return this.#table.length;
  }

  read(block: Buffer): Fields {
    this.#bytes = block;
    this.#at = 0;
    const fields: (readonly [string, string])[] = [];
    while (this.#at < block.length) {
      const first = block[this.#at] ?? 0;
      if (first >= 0x80) fields.push(this.#entry(this.#integer(7)));
      else if (first >= 0x40) {
        const field = this.#literal(6);
        fields.push(field);
        this.#table.unshift(field);
        this.#evict();
      } else if (first >= 0x20) this.#resize(fields.length);
      else fields.push(this.#literal(4));
    }
    return fields;
  }

  #resize(fieldsBefore: number): void {
    const size = this.#integer(5);
    if (fieldsBefore > 0) throw new RangeError("a size update after a field");
    if (size > this.#limit)
      throw new RangeError(`a table of ${size} bytes, above the ${this.#limit} allowed`);
    this.sizeUpdates.push(size);
    this.#maxSize = size;
    this.#evict();
  }

  #evict(): void {
    const size = () => this.#table.reduce((sum, [name, value]) => sum + name.length + value.length + 32, 0);
    while (size() > this.#maxSize) this.#table.pop();
  }

  #entry(index: number): readonly [string, string] {
    const entry = STATIC[index - 1] ?? this.#table[index - 1 - STATIC.length];
    if (index === 0 || entry === undefined) throw new RangeError(`no entry ${index}`);
    return entry;
  }

  #literal(bits: number): [string, string] {
    const index = this.#integer(bits);
    const name = index === 0 ? this.#text() : this.#entry(index)[0];
    return [name, this.#text()];
  }

  #integer(bits: number): number {
    const most = 2 ** bits - 1;
    let value = this.#byte() & most;
    if (value < most) return value;
    for (let scale = 1; ; scale *= 128) {
      const byte = this.#byte();
      value += (byte & 127) * scale;
      if (byte < 128) return value;
    }
  }

  #text(): string {
    const isHuffman = (this.#bytes[this.#at] ?? 0) >= 0x80;
    const length = this.#integer(7);
    const bytes = this.#bytes.subarray(this.#at, this.#at + length);
    if (bytes.length < length) throw new RangeError("a text longer than its block");
    this.#at += length;
    return isHuffman ? fromHuffman(bytes) : bytes.toString("latin1");
  }

  #byte(): number {
    const byte = this.#bytes[this.#at++];
    if (byte === undefined) throw new RangeError("a block that ends in the middle of a field");
    return byte;
  }
}

function fromHuffman(bytes: Buffer): string {
  let text = "";
  let code = "";
  for (const byte of bytes) {
    for (const bit of byte.toString(2).padStart(8, "0")) {
      code += bit;
      const symbol = CODES.get(code);
      if (symbol === undefined) continue;
      text += String.fromCharCode(symbol);
      code = "";
    }
  }
  if (!/^1{0,7}$/.test(code)) throw new RangeError(`padding ${code}`);
  return text;
}

function ascii(text: string): number[] {
  return [...Buffer.from(text)];
}
