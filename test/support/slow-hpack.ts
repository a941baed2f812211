/**
 * HPACK (RFC 7541) in the plainest way, for comparison: bits as text, tables as arrays. It shares with the code under
 * test only what appendices A and B list.
 */
import { HUFFMAN_EOS, huffmanBits, STATIC_FIELDS } from "../../src/wire/http2/hpack-tables.ts";

export type SlowField = readonly [name: string, value: string];

/** By symbol: the Huffman code as a text of ones and zeros. */
export const HUFFMAN_CODES: readonly string[] = canonicalCodes();
const SYMBOLS = new Map(HUFFMAN_CODES.map((code, symbol) => [code, symbol]));

function canonicalCodes(): string[] {
  const bySize = Array.from({ length: HUFFMAN_EOS + 1 }, (_, symbol) => symbol).sort(
    (a, b) => huffmanBits(a) - huffmanBits(b) || a - b,
  );
  const codes: string[] = [];
  let code = 0n;
  let size = 0;
  for (const symbol of bySize) {
    code <<= BigInt(huffmanBits(symbol) - size);
    size = huffmanBits(symbol);
    codes[symbol] = code.toString(2).padStart(size, "0");
    code++;
  }
  return codes;
}

export class SlowTable {
  entries: SlowField[] = [];
  maxBytes: number;

  constructor(maxBytes: number) {
    this.maxBytes = maxBytes;
  }

  get bytes(): number {
    return this.entries.reduce((sum, [name, value]) => sum + name.length + value.length + 32, 0);
  }

  resize(maxBytes: number): void {
    this.maxBytes = maxBytes;
    while (this.bytes > this.maxBytes) this.entries.pop();
  }

  add(field: SlowField): void {
    this.entries.unshift(field);
    while (this.bytes > this.maxBytes) this.entries.pop();
  }

  at(index: number): SlowField {
    const fixed = STATIC_FIELDS[index - 1];
    const field: SlowField | undefined = fixed
      ? [fixed.name, fixed.value]
      : this.entries[index - 1 - STATIC_FIELDS.length];
    if (field === undefined) throw new RangeError(`no field ${index}`);
    return field;
  }
}

/** Decodes blocks; anything wrong is a RangeError. */
export class SlowDecoder {
  readonly table: SlowTable;
  readonly limit: number;

  constructor(maxTableBytes: number) {
    this.limit = maxTableBytes;
    this.table = new SlowTable(maxTableBytes);
  }

  decode(block: Uint8Array): SlowField[] {
    const bits = [...block].map((byte) => byte.toString(2).padStart(8, "0")).join("");
    const fields: SlowField[] = [];
    let at = 0;
    let updates = 0;
    const number = (prefix: number): number => {
      const first = bits.slice(at, at + prefix);
      at += prefix;
      if (first.includes("0")) return Number.parseInt(first, 2);
      let value = BigInt(2 ** prefix - 1);
      for (let count = 0; count < 5; count++) {
        const byte = bits.slice(at, at + 8);
        if (byte.length < 8) throw new RangeError("cut off");
        at += 8;
        value += BigInt(Number.parseInt(byte.slice(1), 2)) << BigInt(7 * count);
        if (byte[0] === "0") {
          if (value >= 2n ** 31n) break;
          return Number(value);
        }
      }
      throw new RangeError("too large");
    };
    const text = (): string => {
      if (at >= bits.length) throw new RangeError("cut off");
      const isCoded = bits[at++] === "1";
      const length = number(7);
      if (at + length * 8 > bits.length) throw new RangeError("cut off");
      const own = bits.slice(at, at + length * 8);
      at += length * 8;
      return isCoded ? slowHuffmanDecode(own) : own.replace(/.{8}/g, (byte) => charOf(byte));
    };
    while (at < bits.length) {
      const kind = /^(1|01|001|0001|0000)/.exec(bits.slice(at, at + 4))![0];
      at += kind.length;
      if (kind === "1") fields.push(this.table.at(number(7)));
      else if (kind === "001") {
        const maxBytes = number(5);
        if (fields.length > 0 || ++updates > 2 || maxBytes > this.limit) throw new RangeError("size update");
        this.table.resize(maxBytes);
      } else {
        const index = number(kind === "01" ? 6 : 4);
        const name = index === 0 ? text() : this.table.at(index)[0];
        const field: SlowField = [name, text()];
        fields.push(field);
        if (kind === "01") this.table.add(field);
      }
    }
    return fields;
  }
}

/** How the slow encoder writes a field. */
export interface SlowChoice {
  readonly kind: "literal" | "indexing" | "never";
  /** Use an index where there is one, of the name or the whole. */
  readonly isIndexed: boolean;
  readonly isCoded: boolean;
}

/** Encodes fields in whichever form it is told to. */
export class SlowEncoder {
  readonly table: SlowTable;

  constructor(maxTableBytes: number) {
    this.table = new SlowTable(maxTableBytes);
  }

  resize(maxBytes: number): number[] {
    this.table.resize(maxBytes);
    return slowInteger(0x20, 5, maxBytes);
  }

  field([name, value]: SlowField, choice: SlowChoice): number[] {
    const all = [
      ...STATIC_FIELDS.map((field): SlowField => [field.name, field.value]),
      ...this.table.entries,
    ];
    const whole = all.findIndex((field) => field[0] === name && field[1] === value) + 1;
    if (choice.isIndexed && choice.kind !== "never" && whole > 0) return slowInteger(0x80, 7, whole);
    const index = choice.isIndexed ? all.findIndex((field) => field[0] === name) + 1 : 0;
    const head = {
      literal: () => slowInteger(0, 4, index),
      never: () => slowInteger(0x10, 4, index),
      indexing: () => slowInteger(0x40, 6, index),
    }[choice.kind]();
    if (choice.kind === "indexing") this.table.add([name, value]);
    return [
      ...head,
      ...(index === 0 ? slowText(name, choice.isCoded) : []),
      ...slowText(value, choice.isCoded),
    ];
  }
}

export function slowInteger(before: number, prefix: number, value: number): number[] {
  const most = 2 ** prefix - 1;
  if (value < most) return [before + value];
  const bytes = [before + most];
  let rest = value - most;
  for (; rest > 127; rest = Math.floor(rest / 128)) bytes.push(128 + (rest % 128));
  return [...bytes, rest];
}

export function slowText(text: string, isCoded: boolean): number[] {
  const bytes = isCoded ? slowHuffman(text) : [...text].map((char) => char.charCodeAt(0));
  return [...slowInteger(isCoded ? 0x80 : 0, 7, bytes.length), ...bytes];
}

/** Huffman-codes a text of characters up to 0xff. */
export function slowHuffman(text: string): number[] {
  const bits = [...text].map((char) => HUFFMAN_CODES[char.charCodeAt(0)]).join("");
  const padded = bits.padEnd(Math.ceil(bits.length / 8) * 8, "1");
  return (padded.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2));
}

function slowHuffmanDecode(bits: string): string {
  let text = "";
  let code = "";
  for (const bit of bits) {
    code += bit;
    const symbol = SYMBOLS.get(code);
    if (symbol === undefined) continue;
    if (symbol === HUFFMAN_EOS) throw new RangeError("EOS");
    text += String.fromCharCode(symbol);
    code = "";
  }
  if (code.length > 7 || code.includes("0")) throw new RangeError("padding");
  return text;
}

function charOf(byte: string): string {
  return String.fromCharCode(Number.parseInt(byte, 2));
}
