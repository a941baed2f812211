import type { Fields } from "../../contract/schema/index.ts";

/** What a list may be asked: filters by field, or by `relation.field`, beside what all lists take. */
export type ListQuery<S extends Fields> = {
  readonly [K in keyof S]?: Filter<S[K]["~value"]>;
} & { readonly [Path in `${string}.${string}`]: Filter<string | number | bigint | boolean> } & ListSettings;

/** A value, one of several values, null for a missing one, or operators. */
export type Filter<Value> = Value | readonly Value[] | null | FilterOperators<Value>;

export interface FilterOperators<Value> {
  readonly in?: readonly Value[];
  readonly ne?: Value | readonly Value[];
  readonly gt?: Value;
  readonly gte?: Value;
  readonly lt?: Value;
  readonly lte?: Value;
  readonly isNull?: boolean;
}

export interface ListSettings {
  /** A field; `-` before it is descending: `"-createdAt"`. */
  readonly sort?: string;
  /** Rows of a page. */
  readonly limit?: number;
  /** Words to search for. */
  readonly q?: string;
  /** Where to begin: a cursor of an earlier page. */
  readonly cursor?: string;
  /** Rows to pass over, where the list offers it. */
  readonly offset?: number;
  /** Whether pages count all rows, where the list offers it. */
  readonly total?: boolean;
}
