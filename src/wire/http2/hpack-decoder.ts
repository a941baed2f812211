import { DynamicTable } from "./dynamic-table.ts";
import { HpackError } from "./hpack-error.ts";
import { dropString, next, readInteger, readString, skipShort, takeString } from "./hpack-strings.ts";
import {
  DEFAULT_TABLE_BYTES,
  FIELD_OVERHEAD,
  STATIC_COUNT,
  STATIC_FIELDS,
  type TableField,
} from "./hpack-tables.ts";
import { StringMemo } from "./string-memo.ts";

/** What a decoder takes. */
export interface HpackLimits {
  /**
   * Largest dynamic table that the peer may use, in bytes: our SETTINGS_HEADER_TABLE_SIZE. Of a limit other than 4096 the peer
   * must know before its first block.
   */
  readonly maxTableBytes: number;
  /** Largest list of fields, in bytes, each field counted with 32 more: SETTINGS_MAX_HEADER_LIST_SIZE (RFC 9113 section 6.5.2). */
  readonly maxListBytes: number;
  /** Most fields in a list. */
  readonly maxFields: number;
}

/** A change of the table's size may come twice: the smallest and the last (RFC 7541 section 4.2). */
const MOST_SIZE_UPDATES = 2;

const NO_FIELDS: string[] = [];

/** Decodes the blocks of fields that one peer sends on one connection, in their order (RFC 7541). */
export class HpackDecoder {
  /**
   * Counts the changes of the dynamic table, also those by which nothing leaves or comes. A block of the same bytes means the
   * same for as long as it stays as it was, before and after decoding.
   */
  generation = 0;
  /** The last list is larger than the limits allow: what was returned is its beginning. */
  isOverflown = false;
  readonly #limits: HpackLimits;
  readonly #table: DynamicTable;
  readonly #memo = new StringMemo();
  #fields = NO_FIELDS;
  /** Names and values in the list, or in the last one. */
  #length = 0;
  #listBytes = 0;

  constructor(limits: HpackLimits) {
    this.#limits = limits;
    this.#table = new DynamicTable(Math.min(limits.maxTableBytes, DEFAULT_TABLE_BYTES));
  }

  /**
   * Decodes a whole block to names and values in turn, a character for each byte; whether HTTP allows the characters is not looked at. Where the
   * list is too large, the rest is decoded for the table's sake and kept nowhere else. Throws HpackError for what is no
   * HPACK; afterwards the decoder is of no use.
   */
  decode(block: Uint8Array): string[] {
    const bytes =
      block instanceof Buffer ? block : Buffer.from(block.buffer, block.byteOffset, block.byteLength);
    // Lists of one connection have much the same length: an array that grows leaves its beginnings to be collected.
    const fields = new Array<string>(this.#length);
    this.#fields = fields;
    this.#length = 0;
    this.#listBytes = 0;
    this.isOverflown = false;
    let at = this.#readSizeUpdates(bytes);
    while (at < bytes.length) {
      const byte = bytes[at]!;
      if (byte < 0x80) at = this.#readLiteral(bytes, at);
      else {
        const field = this.#at(readInteger(bytes, at, 0x7f));
        if (this.#hasRoom(field.bytes)) this.#push(field.name, field.value);
        at = next;
      }
    }
    this.#fields = NO_FIELDS;
    dropString();
    if (fields.length !== this.#length) fields.length = this.#length;
    return fields;
  }

  /** Reads what precedes the first field (RFC 7541 section 6.3). */
  #readSizeUpdates(block: Buffer): number {
    let at = 0;
    for (let count = 0; at < block.length && (block[at]! & 0xe0) === 0x20; count++) {
      if (count === MOST_SIZE_UPDATES) throw new HpackError("The table's size is changed more than twice");
      const maxBytes = readInteger(block, at, 0x1f);
      if (maxBytes > this.#limits.maxTableBytes) throw new HpackError("The table's size is above the limit");
      this.#table.maxBytes = maxBytes;
      this.#makeRoom(0);
      this.generation++;
      at = next;
    }
    return at;
  }

  /** Reads a literal field (RFC 7541 section 6.2); returns where it ends. */
  #readLiteral(block: Buffer, start: number): number {
    const byte = block[start]!;
    const isForTable = byte >= 0x40;
    if (!isForTable && byte >= 0x20)
      throw new HpackError("The table's size is changed after the block's start");
    const index = readInteger(block, start, isForTable ? 0x3f : 0x0f);
    let name: string;
    let bytes = FIELD_OVERHEAD;
    if (index > 0) {
      name = this.#at(index).name;
      bytes += name.length;
    } else {
      bytes += readString(block, next);
      // Where nobody can need it, it is not made.
      const isNeeded = (isForTable && bytes <= this.#table.maxBytes) || this.#isListable(bytes);
      name = isNeeded ? takeString() : "";
    }
    const valueAt = next;
    // What may repeat: not what is never indexed, since its secrets are to be kept nowhere (section 7.1.3).
    const isMemorable = byte < 0x10 && index > 0;
    const known = isMemorable ? this.#memo.find(block, valueAt) : undefined;
    if (known === undefined) bytes += readString(block, valueAt);
    else {
      bytes += known.length;
      skipShort(block, valueAt);
    }
    const isStored = isForTable && bytes <= this.#table.maxBytes;
    const isListed = this.#hasRoom(bytes);
    const value = known ?? (isStored || isListed ? takeString() : "");
    if (isMemorable && isListed && known === undefined) this.#memo.offer(block, valueAt, value);
    if (isListed) this.#push(name, value);
    if (isForTable) {
      this.#makeRoom(bytes);
      if (isStored) this.#table.add(name, value, 0);
      this.generation++;
    }
    return next;
  }

  /** The field with that index in the two tables (RFC 7541 section 2.3.3). */
  #at(index: number): TableField {
    const field = index <= STATIC_COUNT ? STATIC_FIELDS[index - 1] : this.#table.at(index - STATIC_COUNT);
    if (field === undefined) throw new HpackError("There is no field with that index");
    return field;
  }

  /** Takes out the oldest until so many bytes fit, or all have left (RFC 7541 section 4.4). */
  #makeRoom(bytes: number): void {
    const table = this.#table;
    while (table.count > 0 && !table.hasRoom(bytes)) table.evict();
  }

  #push(name: string, value: string): void {
    this.#fields[this.#length++] = name;
    this.#fields[this.#length++] = value;
  }

  /** Counts a field; false where the list was or becomes too large. */
  #hasRoom(bytes: number): boolean {
    if (!this.#isListable(bytes)) this.isOverflown = true;
    this.#listBytes += bytes;
    return !this.isOverflown;
  }

  #isListable(bytes: number): boolean {
    return (
      !this.isOverflown &&
      this.#listBytes + bytes <= this.#limits.maxListBytes &&
      this.#length < this.#limits.maxFields * 2
    );
  }
}
