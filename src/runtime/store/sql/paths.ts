import { type Column, quote, type Table, type Tables } from "../tables.ts";

/** A path of a filter or sort (`status`, `slot.startsAt`) as SQL. */
export interface PathSql {
  /** `t."status"`, `"via_slot"."starts_at"`. */
  readonly expression: string;
  readonly column: Column;
  /** Whether it can be NULL in a row of the list. */
  readonly nullable: boolean;
  /** For relation paths: the ref followed. */
  readonly via?: Column;
}

/** Resolves paths over alias `t` and collects the joins they need, one per ref. */
export class Paths {
  readonly #tables: Tables;
  readonly #table: Table;
  readonly #joins = new Map<string, string>();

  constructor(tables: Tables, table: Table) {
    this.#tables = tables;
    this.#table = table;
  }

  resolve(path: string): PathSql {
    const [first = "", second] = path.split(".");
    const own = this.#tables.column(this.#table, first);
    if (second === undefined) return { expression: `t.${own.name}`, column: own, nullable: own.nullable };
    if (own.target === undefined)
      throw new TypeError(`"${first}" of ${this.#table.resource.name} is not a ref`);
    const other = this.#tables.table(own.target);
    const column = this.#tables.column(other, second);
    const alias = quote(`via_${first}`);
    // A required ref always finds its row, and an inner join lets the planner begin with the other table's index.
    const kind = own.nullable ? "left join" : "join";
    this.#joins.set(first, `${kind} ${other.name} ${alias} on ${alias}."id" = t.${own.name}`);
    const nullable = own.nullable || column.nullable;
    return { expression: `${alias}.${column.name}`, column, nullable, via: own };
  }

  get joins(): readonly string[] {
    return [...this.#joins.values()];
  }
}
