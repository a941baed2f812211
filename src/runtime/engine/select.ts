import type { JsonValue } from "../../base/lib/json.ts";

/**
 * A list request as written by the caller: everything a string; names are checked by the engine. It keeps what it has found of
 * a frozen one by the object's identity: freeze those that are asked again and again.
 */
export interface ListQuestion {
  /** Path → operator → raw values: `{ status: { in: ["a", "b"] } }`. */
  readonly filter?: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;
  /** `createdAt`, `-slot.startsAt`. One field; the id breaks ties. */
  readonly sort?: string;
  readonly search?: string;
  readonly limit?: number;
  readonly cursor?: string;
  /**
   * Read towards the beginning: from the cursor, whichever way it was written for, or from the list's end. The page is in
   * the asked order all the same.
   */
  readonly backward?: boolean;
  readonly offset?: number;
  readonly total?: boolean;
}

/**
 * What a caller wants of a row: some of its fields, of the rows that its refs name, and of the rows that refer to it. The
 * engine keeps what it has worked out for a selection by the object's identity: give the same, unchanged object again
 * where the same is asked again.
 */
export interface RowSelection {
  /** Own fields by name. That of a ref is the id it holds. */
  readonly fields: readonly string[];
  readonly refs?: readonly RefSelection[];
  readonly lists?: readonly ListSelection[];
}

/** What is wanted of the row that a ref names. */
export interface RefSelection {
  /** Must be among the fields that the contract lets callers expand. */
  readonly field: string;
  readonly row: RowSelection;
}

/** What is wanted of the rows that refer to this one. */
export interface ListSelection {
  /** By its name in `ResourceModel.relations`. */
  readonly relation: string;
  /** As for the list of that resource: its allowlists, limits and cursors count. */
  readonly question?: ListQuestion;
  readonly row: RowSelection;
}

/** Stands where there is something that this caller may not see. Not JSON: each protocol says it in its own way. */
export const DENIED: unique symbol = Symbol("denied");

/** The type of {@link DENIED}. */
export type Denied = typeof DENIED;

/**
 * A row as it was selected. Everything is asked for by its place in the selection, and worked out when it is asked for:
 * text where text is to be sent, values where they are needed.
 */
export interface SelectedRow {
  readonly id: string;
  /** True where its fields are the database's texts, so that asking for text is the cheaper. */
  readonly isText?: boolean;
  /** The field at this place of `fields`, in wire form; undefined where the row has none. */
  value(place: number): JsonValue | Denied | undefined;
  /** The same as JSON text: the very text that stringifyJson would give. */
  json(place: number): string | Denied | undefined;
  /**
   * All fields as the members of a JSON object, without its braces: `"id":"…","name":"…"`. Undefined where one of them is
   * absent or denied, where there is none, and of rows that are not texts: each then has to be asked for.
   */
  members(): string | undefined;
  /** The row at this place of `refs`; null where the ref is empty or names a row that the caller may not read. */
  ref(place: number): SelectedRow | Denied | null;
  /** The rows at this place of `lists`. Denied where the caller may not list such rows at all. */
  list(place: number): SelectedPage | Denied;
}

/** A page of selected rows. */
export interface SelectedPage {
  readonly rows: readonly SelectedRow[];
  readonly nextCursor: string | null;
  readonly prevCursor: string | null;
  readonly hasMore: boolean;
  /** Where it was asked for and the list has it. */
  readonly total?: number | undefined;
  /**
   * A cursor that leads beyond the row at this place: to the rows after it or, `backward`, to those before it. Null on a
   * page that a handler has made without `db.list`: only the handler could say.
   */
  cursor(place: number, backward?: boolean): string | null;
}
