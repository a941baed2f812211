/** A page of a list. */
export interface Page<T> {
  readonly data: readonly T[];
  readonly page: {
    readonly nextCursor: string | null;
    readonly prevCursor: string | null;
    readonly hasMore: boolean;
    readonly total?: number;
  };
}
