import { DynamicTable, type TableEntry } from "./dynamic-table.ts";
import { DEFAULT_TABLE_BYTES, FIELD_OVERHEAD, STATIC_COUNT, STATIC_FIELDS } from "./hpack-tables.ts";

/** How a field is written: in the table for the next time, not there, or not there and never by anybody on the way (RFC 7541 section 7.1.3). */
export type FieldIndexing = "index" | "plain" | "never";

/** Most bytes that `HpackEncoder.begin` writes. */
export const BEGIN_ROOM = 6;

/** How many values of a name are looked through for the one that is to be written. */
const MOST_COMPARED = 8;

/** Bytes that a field needs at most, however it is written. */
export function fieldRoom(name: string, value: string): number {
  // Three numbers: of an index at most 3 bytes, of a length at most 6.
  return name.length + value.length + 15;
}

/** What names and values consist of: bits by character. */
const NAME = 1;
const VALUE = 2;
const characters = new Uint8Array(256);
// RFC 9110 section 5.6.2, lower case as RFC 9113 section 8.2 wants it.
for (const char of "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyz")
  characters[char.charCodeAt(0)] = NAME;
// RFC 9110 section 5.5: no control characters but the tab.
for (let char = 0; char <= 0xff; char++) {
  if ((char >= 0x20 && char !== 0x7f) || char === 0x09) characters[char]! |= VALUE;
}

/** Indexes in the static table: of a name, and of its values. */
interface StaticName {
  readonly index: number;
  readonly values: ReadonlyMap<string, number>;
}

const staticNames = new Map<string, StaticName>();
STATIC_FIELDS.forEach(({ name, value }, at) => {
  const known = staticNames.get(name);
  const index = at + 1;
  if (value === "") staticNames.set(name, known ?? { index, values: new Map() });
  else
    staticNames.set(name, { index: known?.index ?? index, values: new Map(known?.values).set(value, index) });
});

/**
 * Encodes the blocks of fields that go to one peer on one connection (RFC 7541), without Huffman coding. The blocks must be sent, and
 * in the order in which they were written.
 */
export class HpackEncoder {
  /**
   * Counts the changes of the dynamic table and of its size, and the writing of the latter. A block may be sent again for as
   * long as this stays as it was before and after the block was written.
   */
  generation = 0;
  readonly #table = new DynamicTable(DEFAULT_TABLE_BYTES);
  /** By name: the id of its newest entry. */
  readonly #newest = new Map<string, number>();
  /** The smallest size since the last block, where it has changed. */
  #smallest: number | undefined;

  /**
   * Takes the peer's SETTINGS_HEADER_TABLE_SIZE; above 4096 bytes nothing is gained and 4096 are used. The next block begins with
   * what says so.
   */
  setMaxTableBytes(bytes: number): void {
    const maxBytes = Math.min(bytes, DEFAULT_TABLE_BYTES);
    if (maxBytes === this.#table.maxBytes) return;
    this.#smallest = Math.min(this.#smallest ?? maxBytes, maxBytes);
    this.#table.maxBytes = maxBytes;
    this.#makeRoom(0);
    this.generation++;
  }

  /** Begins a block at `at`: writes the changes of the table's size that the peer must know of (RFC 7541 section 4.2), and returns where they end. */
  begin(out: Uint8Array, at: number): number {
    if (this.#smallest === undefined) return at;
    const maxBytes = this.#table.maxBytes;
    let end = at;
    if (this.#smallest < maxBytes) end = writeInteger(out, end, 0x20, 0x1f, this.#smallest);
    this.#smallest = undefined;
    this.generation++;
    return writeInteger(out, end, 0x20, 0x1f, maxBytes);
  }

  /**
   * Forgets the table, and has the peer forget it with the next block: to be called where a block that was begun will not be
   * sent.
   */
  abandon(): void {
    while (this.#table.count > 0) this.#evict();
    this.#smallest = 0;
    this.generation++;
  }

  /**
   * Writes a field at `at`, where there must be `fieldRoom` for it, and returns where it ends. Whitespace around the value is left out, as it is no
   * part of it (RFC 9110 section 5.5). Throws TypeError for characters that a name or a value must not have; the block
   * cannot be sent then, and the next one begins with an empty table.
   */
  field(out: Uint8Array, at: number, name: string, value: string, how: FieldIndexing): number {
    try {
      return this.#write(out, at, name, trimmed(value), how);
    } catch (error) {
      this.abandon();
      throw error;
    }
  }

  #write(out: Uint8Array, at: number, name: string, value: string, how: FieldIndexing): number {
    const known = staticNames.get(name);
    if (how !== "never") {
      const index = known?.values.get(value);
      if (index !== undefined) return writeInteger(out, at, 0x80, 0x7f, index);
    }
    if (how === "index") {
      const entry = this.#find(name, value);
      if (entry !== undefined) return writeInteger(out, at, 0x80, 0x7f, this.#indexOf(entry.id));
    }
    const newest = this.#newest.get(name) ?? 0;
    const bytes = name.length + value.length + FIELD_OVERHEAD;
    const isStored = how === "index" && bytes <= this.#table.maxBytes;
    const nameIndex = known?.index ?? (newest === 0 ? 0 : this.#indexOf(newest));
    let end = at;
    if (isStored) end = writeInteger(out, end, 0x40, 0x3f, nameIndex);
    else end = writeInteger(out, end, how === "never" ? 0x10 : 0, 0x0f, nameIndex);
    if (nameIndex === 0) end = writeName(out, end, name);
    end = writeValue(out, end, value);
    if (isStored) {
      this.#makeRoom(bytes);
      this.#newest.set(name, this.#table.add(name, value, newest).id);
      this.generation++;
    }
    return end;
  }

  /** The entry with that name and value, if it is among the name's newest ones. */
  #find(name: string, value: string): TableEntry | undefined {
    let entry = this.#table.byId(this.#newest.get(name) ?? 0);
    for (let count = 1; entry !== undefined && entry.value !== value; count++) {
      if (count === MOST_COMPARED) return undefined;
      entry = this.#table.byId(entry.previous);
    }
    return entry;
  }

  #indexOf(id: number): number {
    return STATIC_COUNT + 1 + this.#table.newest - id;
  }

  #makeRoom(bytes: number): void {
    while (this.#table.count > 0 && !this.#table.hasRoom(bytes)) this.#evict();
  }

  #evict(): void {
    const { id, name } = this.#table.evict();
    if (this.#newest.get(name) === id) this.#newest.delete(name);
  }
}

/** Writes a number (RFC 7541 section 5.1) after the bits that stand before it; `mask` has the bits of its prefix. */
function writeInteger(out: Uint8Array, at: number, before: number, mask: number, value: number): number {
  if (value < mask) {
    out[at] = before | value;
    return at + 1;
  }
  out[at] = before | mask;
  let end = at + 1;
  let rest = value - mask;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) out[end++] = (rest & 0x7f) | 0x80;
  out[end++] = rest;
  return end;
}

function writeName(out: Uint8Array, at: number, name: string): number {
  // Of names that begin with a colon there is a closed set, without other colons.
  const isPseudo = name.charCodeAt(0) === 0x3a;
  if (name.length <= (isPseudo ? 1 : 0)) throw new TypeError("A field needs a name.");
  const start = writeInteger(out, at, 0, 0x7f, name.length);
  if (isPseudo) out[start] = 0x3a;
  return writeCharacters(out, start, name, isPseudo ? 1 : 0, NAME);
}

function writeValue(out: Uint8Array, at: number, value: string): number {
  return writeCharacters(out, writeInteger(out, at, 0, 0x7f, value.length), value, 0, VALUE);
}

/** Writes the characters from `from` on, a byte each. */
function writeCharacters(out: Uint8Array, at: number, text: string, from: number, kind: number): number {
  for (let index = from; index < text.length; index++) {
    const char = text.charCodeAt(index);
    if (char > 0xff || (characters[char]! & kind) === 0) {
      const where = kind === NAME ? "name" : "value";
      throw new TypeError(
        `The ${where} of a field must not have U+${char.toString(16).toUpperCase().padStart(4, "0")}, as it has at ${index}.`,
      );
    }
    out[at + index] = char;
  }
  return at + text.length;
}

function trimmed(value: string): string {
  if (!isSpace(value.charCodeAt(0)) && !isSpace(value.charCodeAt(value.length - 1))) return value;
  let start = 0;
  let end = value.length;
  while (start < end && isSpace(value.charCodeAt(start))) start++;
  while (end > start && isSpace(value.charCodeAt(end - 1))) end--;
  return value.slice(start, end);
}

function isSpace(char: number): boolean {
  return char === 0x20 || char === 0x09;
}
