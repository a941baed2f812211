import { FIELD_OVERHEAD, type TableField } from "./hpack-tables.ts";

/** A field in a dynamic table. */
export interface TableEntry extends TableField {
  /** Counts from 1 in each table, and on where entries leave. */
  readonly id: number;
  /** Id of the entry that had this name before, be it here or gone; 0 for none. Only encoders look for it. */
  readonly previous: number;
}

/** Slots to begin with: connections rarely have more entries. The number is a power of two. */
const FIRST_SLOTS = 16;

/** A dynamic table (RFC 7541 section 2.3.2): a ring in which an entry never moves but when the ring grows. */
export class DynamicTable {
  /** Largest size in bytes. */
  maxBytes: number;
  /** Size in bytes. */
  bytes = 0;
  /** How many entries there are. */
  count = 0;
  /** Id of the newest entry that ever was; 0 at first. */
  newest = 0;
  #slots: (TableEntry | undefined)[] = Array.from({ length: FIRST_SLOTS });

  constructor(maxBytes: number) {
    this.maxBytes = maxBytes;
  }

  /** The entry with that index, which counts from 1, the newest one's. Undefined where there is none. */
  at(index: number): TableEntry | undefined {
    return index <= this.count
      ? this.#slots[(this.newest - index + 1) & (this.#slots.length - 1)]
      : undefined;
  }

  /** The entry with that id, undefined where it has left. */
  byId(id: number): TableEntry | undefined {
    return this.at(this.newest - id + 1);
  }

  /** Adds a field for which `makeRoom` has made room. */
  add(name: string, value: string, previous: number): TableEntry {
    if (this.count === this.#slots.length) this.#grow();
    const bytes = name.length + value.length + FIELD_OVERHEAD;
    const entry = { name, value, bytes, id: ++this.newest, previous };
    this.#slots[entry.id & (this.#slots.length - 1)] = entry;
    this.bytes += bytes;
    this.count++;
    return entry;
  }

  /** Whether so many bytes fit beside what is there. */
  hasRoom(bytes: number): boolean {
    return this.bytes + bytes <= this.maxBytes;
  }

  /** Takes the oldest entry out; there must be one. */
  evict(): TableEntry {
    const slot = (this.newest - this.count + 1) & (this.#slots.length - 1);
    const entry = this.#slots[slot]!;
    this.#slots[slot] = undefined;
    this.bytes -= entry.bytes;
    this.count--;
    return entry;
  }

  #grow(): void {
    const slots: (TableEntry | undefined)[] = Array.from({ length: this.#slots.length * 2 });
    for (const entry of this.#slots) if (entry !== undefined) slots[entry.id & (slots.length - 1)] = entry;
    this.#slots = slots;
  }
}
