/** What a list handler receives: already validated against the resource's allowlists. */
export interface ListInput {
  readonly filter: readonly ListFilter[];
  readonly sort: readonly ListSort[];
  readonly search?: string;
  readonly limit: number;
  readonly cursor?: string;
  readonly backward?: boolean;
  readonly offset?: number;
  readonly total?: boolean;
}

export type FilterOperator = "in" | "ne" | "gt" | "gte" | "lt" | "lte" | "isNull";

/** One condition: `field` may be `relation.field`; values are in program form. `isNull` has one bool. */
export interface ListFilter {
  readonly field: string;
  readonly operator: FilterOperator;
  readonly values: readonly unknown[];
}

export interface ListSort {
  readonly field: string;
  readonly descending: boolean;
}
