import type { AnyField, FieldFlag, Fields } from "./field.ts";

// A contract of thousands of operations has tens of thousands of these types, and each of tsc's checkers works them out for
// itself. Hence keys are sorted by flag once for all shapes, and a shape is one mapped type: making one of an intersection costs
// twice as much. `test/type-speed.test.ts` holds what it comes to.

/** Shows an intersection as one object type in editors and errors. */
export type Flatten<T> = { [K in keyof T]: T[K] } & {};

/** The value a field holds in a program: int64 is bigint, bytes is Uint8Array, decimals and times are strings. */
export type Infer<F extends AnyField> = F["~value"];

/** The fields that have each flag: `{ optional: "notes"; default: "size" | "state" }`, worked out once for all shapes. */
type ByFlag<S extends Fields> = { [K in keyof S as S[K]["~flag"]]: K };

/** The fields that have one of these flags. The index signature answers for flags that no field has. */
type KeysWith<S extends Fields, Flag extends FieldFlag> = keyof S &
  (ByFlag<S> & { readonly [flag: string]: never })[Flag];

/** The fields that are files. */
export type FileKeys<S extends Fields> = KeysWith<S, "file">;

/** Values of these fields, as one object type. */
type ValuesOf<S extends Fields, Required extends keyof S, Optional extends keyof S> = [Optional] extends [
  never,
]
  ? { -readonly [K in Required]: S[K]["~value"] }
  : { [K in keyof Presence<Required, Optional>]: S[K]["~value"] };

/** Which keys must be there; says nothing of their values. */
type Presence<Required extends PropertyKey, Optional extends PropertyKey> = { [K in Required]: unknown } & {
  [K in Optional]?: unknown;
};

/** A stored row: every field; optional ones may be absent. */
export type RowOf<S extends Fields> = ValuesOf<
  S,
  Exclude<keyof S, KeysWith<S, "optional">>,
  KeysWith<S, "optional">
>;

/** What a caller receives: a row without its writeOnly fields. */
export type OutputOf<S extends Fields> = [KeysWith<S, "writeOnly">] extends [never]
  ? RowOf<S>
  : ValuesOf<
      S,
      Exclude<keyof S, KeysWith<S, "optional" | "writeOnly">>,
      Exclude<KeysWith<S, "optional">, KeysWith<S, "writeOnly">>
    >;

/** What a caller sends to create: an allowlist without readOnly fields; optional and defaulted ones may be left out. */
export type InputOf<S extends Fields> = ValuesOf<
  S,
  Exclude<keyof S, KeysWith<S, "readOnly" | "optional" | "default">>,
  Exclude<KeysWith<S, "optional" | "default">, KeysWith<S, "readOnly">>
>;

/** The same, as a handler receives it: defaults are filled in. */
export type ReceivedOf<S extends Fields> = ValuesOf<
  S,
  Exclude<keyof S, KeysWith<S, "readOnly" | "optional">>,
  Exclude<KeysWith<S, "optional">, KeysWith<S, "readOnly">>
>;

/** What may change in a row: neither readOnly nor immutable; an optional field is removed with null. */
export type PatchOf<S extends Fields> = {
  [K in Exclude<keyof S, KeysWith<S, "readOnly" | "immutable">>]?: S[K]["~value" | "~removal"];
};

/** What a handler may write to a row: any field but the id, readOnly ones included; null removes an optional one. */
export type ChangesOf<S extends Fields> = {
  [K in Exclude<keyof S, "id">]?: S[K]["~value" | "~removal"];
};

/** What a handler inserts: every required field; the id and timestamps are made when left out. */
export type InsertOf<S extends Fields> = ValuesOf<
  S,
  Exclude<keyof S, KeysWith<S, "optional" | "default">>,
  KeysWith<S, "optional" | "default">
>;

/** Fields of an inner object that may be left out: optional ones, and those with a default. An id there is a value. */
type KeysToSpare<S extends Fields> =
  | KeysWith<S, "optional">
  | Exclude<KeysWith<S, "default">, KeysWith<S, "readOnly">>;

/** What a caller gives where an object is an operation's input: what has a default may be left out. */
export type GivenOf<S extends Fields> = ValuesOf<S, Exclude<keyof S, KeysToSpare<S>>, KeysToSpare<S>>;
