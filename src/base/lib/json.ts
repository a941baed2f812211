/** Any value JSON can carry. Integers beyond 2^53 are bigint, so that none is rounded (see parseJson). */
export type JsonValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | readonly JsonValue[]
  | { readonly [key: string]: JsonValue };
