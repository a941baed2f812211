import { type JsonValue, stringifyJson } from "../../../base/lib/index.ts";
import { DENIED, type Denied, type SelectedPage, type SelectedRow } from "../select.ts";
import { isDenied, type KeptPage, type KeptRow } from "./keep.ts";

/** A selected row of an earlier answer. */
export class ReplayedRow implements SelectedRow {
  readonly #kept: KeptRow;

  constructor(kept: KeptRow) {
    this.#kept = kept;
  }

  get id(): string {
    return this.#kept.id;
  }

  value(place: number): JsonValue | Denied | undefined {
    const kept = this.#kept.fields[place];
    if (kept === undefined) return undefined;
    if (typeof kept === "number") return isDenied(kept) ? DENIED : undefined;
    return kept[0];
  }

  json(place: number): string | Denied | undefined {
    const value = this.value(place);
    return value === undefined || value === DENIED ? value : stringifyJson(value);
  }

  /** An earlier answer tells its fields one by one: it does not know their names. */
  members(): undefined {
    return undefined;
  }

  ref(place: number): SelectedRow | Denied | null {
    const kept = this.#kept.refs[place];
    if (kept === undefined) return null;
    if (typeof kept === "number") return isDenied(kept) ? DENIED : null;
    return new ReplayedRow(kept);
  }

  list(place: number): SelectedPage | Denied {
    const kept = this.#kept.lists[place];
    if (kept === undefined) throw new RangeError(`The selection has no list ${place}`);
    return typeof kept === "number" ? DENIED : new ReplayedPage(kept);
  }
}

/** A selected page of an earlier answer. */
export class ReplayedPage implements SelectedPage {
  readonly #kept: KeptPage;
  readonly rows: readonly SelectedRow[];

  constructor(kept: KeptPage) {
    this.#kept = kept;
    this.rows = kept.rows.map((row) => new ReplayedRow(row));
  }

  get nextCursor(): string | null {
    return this.#kept.next;
  }

  get prevCursor(): string | null {
    return this.#kept.prev;
  }

  get hasMore(): boolean {
    return this.#kept.more;
  }

  get total(): number | undefined {
    return this.#kept.total ?? undefined;
  }

  cursor(place: number, backward = false): string | null {
    return this.#kept.cursors[place]?.[backward ? 1 : 0] ?? null;
  }
}
