import type { JsonValue } from "../../../base/lib/json.ts";
import { DENIED, type RowSelection, type SelectedPage, type SelectedRow } from "../select.ts";

/** What may not be seen, and what is not there: neither is a JSON value of a field. */
const KEPT_DENIED = 1;
const KEPT_ABSENT = 0;

/** Marks of what is not a value. */
export type Mark = typeof KEPT_DENIED | typeof KEPT_ABSENT;

/** A selected row as JSON: its fields, each in a list of one; then its refs and lists. */
export type KeptRow = {
  readonly id: string;
  readonly fields: readonly (readonly [JsonValue] | Mark)[];
  readonly refs: readonly (KeptRow | Mark)[];
  readonly lists: readonly (KeptPage | Mark)[];
};

/** A selected page as JSON, with two cursors of each row: onwards and back. */
export type KeptPage = {
  readonly rows: readonly KeptRow[];
  readonly next: string | null;
  readonly prev: string | null;
  readonly more: boolean;
  readonly total: number | null;
  readonly cursors: readonly (readonly [string | null, string | null])[];
};

/** Whether a mark says that the caller may not see what stands there. */
export function isDenied(mark: Mark): boolean {
  return mark === KEPT_DENIED;
}

/** Writes a selected row as JSON, to be answered again. */
export function keepRow(row: SelectedRow, { fields, refs = [], lists = [] }: RowSelection): KeptRow {
  return {
    id: row.id,
    fields: fields.map((_, place) => {
      const value = row.value(place);
      return value === DENIED ? KEPT_DENIED : value === undefined ? KEPT_ABSENT : [value];
    }),
    refs: refs.map((ref, place) => {
      const related = row.ref(place);
      return related === DENIED ? KEPT_DENIED : related === null ? KEPT_ABSENT : keepRow(related, ref.row);
    }),
    lists: lists.map((list, place) => {
      const page = row.list(place);
      return page === DENIED ? KEPT_DENIED : keepPage(page, list.row);
    }),
  };
}

/** Writes a selected page as JSON. */
export function keepPage(page: SelectedPage, selection: RowSelection): KeptPage {
  return {
    rows: page.rows.map((row) => keepRow(row, selection)),
    next: page.nextCursor,
    prev: page.prevCursor,
    more: page.hasMore,
    total: page.total ?? null,
    cursors: page.rows.map((_, place) => [page.cursor(place), page.cursor(place, true)]),
  };
}
