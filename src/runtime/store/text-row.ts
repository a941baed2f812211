import type { StoredRow } from "../engine/ports.ts";
import type { SqlText } from "./driver.ts";
import type { Column } from "./tables.ts";
import { timestampFromSql } from "./values.ts";

/** Where a row's texts lie: its version, its columns, then the time of change where it is none of them. */
export interface RowLayout {
  readonly columns: readonly Column[];
  /** Places of the id and the time of change, counted from the version. */
  readonly id: number;
  readonly updatedAt: number;
  /** The writer made last, which is that of the same caller's view nearly always. */
  writer: RowWriter | undefined;
}

/** Writes named fields of rows of one layout. */
export interface RowWriter {
  readonly names: readonly string[];
  readonly parts: readonly {
    /** Place of the text, counted from the row's beginning. */
    readonly at: number;
    /** `"name":` */
    readonly key: string;
    /** Whether NULL is written, as null. */
    readonly nullable: boolean;
    readonly json: (text: string) => string;
    readonly decode: (text: string) => unknown;
  }[];
}

/** Makes the layout of a row of these columns. */
export function createLayout(columns: readonly Column[]): RowLayout {
  const place = (name: string) => columns.findIndex(({ field }) => field === name) + 1;
  return { columns, id: place("id"), updatedAt: place("updatedAt") || columns.length + 1, writer: undefined };
}

/** A row as the database sent it; its values are decoded only where somebody reads them. */
export class TextRow implements StoredRow {
  readonly allowed: boolean;
  readonly expanded: Readonly<Record<string, StoredRow | null>> | undefined;
  readonly #layout: RowLayout;
  readonly #texts: readonly SqlText[];
  readonly #start: number;
  #values: Readonly<Record<string, unknown>> | undefined;

  /** `start`: index of the row's version among the texts. */
  constructor(
    layout: RowLayout,
    texts: readonly SqlText[],
    start: number,
    allowed: boolean,
    expanded?: StoredRow["expanded"],
  ) {
    this.#layout = layout;
    this.#texts = texts;
    this.#start = start;
    this.allowed = allowed;
    this.expanded = expanded;
  }

  get id(): string {
    return this.#texts[this.#start + this.#layout.id] ?? "";
  }

  get version(): number {
    return Number(this.#texts[this.#start]);
  }

  get updatedAt(): string {
    return timestampFromSql(this.#texts[this.#start + this.#layout.updatedAt] ?? "");
  }

  get values(): Readonly<Record<string, unknown>> {
    this.#values ??= decodeValues(this.#layout.columns, this.#texts, this.#start + 1);
    return this.#values;
  }

  json(names: readonly string[]): string {
    const { parts } = writerOf(this.#layout, names);
    const texts = this.#texts;
    const start = this.#start;
    let json = "";
    for (const part of parts) {
      const text = texts[start + part.at] ?? null;
      if (text !== null) json += part.key + part.json(text);
      else if (part.nullable) json += `${part.key}null`;
    }
    // Every key is written with a comma before it.
    return json === "" ? "{}" : `{${json.slice(1)}}`;
  }

  membersOf(names: readonly string[], count: number): string | undefined {
    const { parts } = writerOf(this.#layout, names);
    const texts = this.#texts;
    const start = this.#start;
    let json = "";
    for (let place = 0; place < count; place++) {
      const part = parts[place]!;
      const text = texts[start + part.at] ?? null;
      if (text !== null) json += part.key + part.json(text);
      else if (part.nullable) json += `${part.key}null`;
      else return undefined;
    }
    return json === "" ? undefined : json.slice(1);
  }

  jsonAt(names: readonly string[], place: number): string | undefined {
    const part = writerOf(this.#layout, names).parts[place];
    if (part === undefined) return undefined;
    const text = this.#texts[this.#start + part.at] ?? null;
    if (text !== null) return part.json(text);
    return part.nullable ? "null" : undefined;
  }

  valueAt(names: readonly string[], place: number): unknown {
    const part = writerOf(this.#layout, names).parts[place];
    if (part === undefined) return undefined;
    const text = this.#texts[this.#start + part.at] ?? null;
    if (text !== null) return part.decode(text);
    return part.nullable ? null : undefined;
  }
}

function writerOf(layout: RowLayout, names: readonly string[]): RowWriter {
  if (layout.writer?.names === names) return layout.writer;
  const parts = names.map((name) => {
    const index = layout.columns.findIndex(({ field }) => field === name);
    const column = layout.columns[index];
    if (column === undefined) throw new TypeError(`The field "${name}" was not read`);
    const { node, codec } = column;
    return {
      at: index + 1,
      key: `,${JSON.stringify(name)}:`,
      nullable: node.nullable === true,
      json: codec.json,
      decode: codec.decode,
    };
  });
  layout.writer = { names, parts };
  return layout.writer;
}

function decodeValues(
  columns: readonly Column[],
  texts: readonly SqlText[],
  start: number,
): Readonly<Record<string, unknown>> {
  const values: Record<string, unknown> = {};
  for (let index = 0; index < columns.length; index++) {
    const column = columns[index]!;
    const text = texts[start + index] ?? null;
    if (text !== null) values[column.field] = column.codec.decode(text);
    else if (column.node.nullable) values[column.field] = null;
  }
  return values;
}
