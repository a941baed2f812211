/**
 * Any value that CBOR carries here (RFC 8949): what JSON carries, and bytes. Integers beyond ±(2^53 - 1) are bigint, so
 * that none is rounded.
 */
export type CborValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | readonly CborValue[]
  | { readonly [key: string]: CborValue };
