import type { JsonValue } from "../../src/base/lib/index.ts";
import {
  DENIED,
  type RowSelection,
  type SelectedPage,
  type SelectedRow,
} from "../../src/runtime/engine/index.ts";

/** How a selected row looks to a test: fields by name, refs by `@name`, lists by `#relation`. */
export type Plain = { readonly [name: string]: JsonValue | typeof DENIED | Plain | PlainPage };

export type PlainPage = {
  readonly data: readonly Plain[];
  readonly nextCursor: string | null;
  readonly prevCursor: string | null;
  readonly hasMore: boolean;
  readonly total: number | null;
};

/** Asks a selected row for all that the selection names, each field as value and as text. */
export function plainRow(row: SelectedRow, { fields, refs = [], lists = [] }: RowSelection): Plain {
  const plain: Record<string, Plain[string]> = {};
  for (const [place, name] of fields.entries()) {
    const value = row.value(place);
    const text = row.json(place);
    if ((typeof text === "string" ? JSON.stringify(value) : value) !== text)
      throw new RangeError(`${name} is ${String(text)} as text`);
    if (value !== undefined) plain[name] = value;
  }
  const members = row.members();
  if (members !== undefined && `{${members}}` !== JSON.stringify(plain))
    throw new RangeError(`The members ${members} are not ${JSON.stringify(plain)}`);
  for (const [place, ref] of refs.entries()) {
    const related = row.ref(place);
    plain[`@${ref.field}`] = related === DENIED || related === null ? related : plainRow(related, ref.row);
  }
  for (const [place, list] of lists.entries()) {
    const page = row.list(place);
    plain[`#${list.relation}`] = page === DENIED ? page : plainPage(page, list.row);
  }
  return plain;
}

export function plainPage(page: SelectedPage, selection: RowSelection): PlainPage {
  return {
    data: page.rows.map((row) => plainRow(row, selection)),
    nextCursor: page.nextCursor,
    prevCursor: page.prevCursor,
    hasMore: page.hasMore,
    total: page.total ?? null,
  };
}
