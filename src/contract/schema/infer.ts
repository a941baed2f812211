import type { AnyField, Fields } from "./field.ts";

/** Shows an intersection as one object type in editors and errors. */
export type Flatten<T> = { [K in keyof T]: T[K] } & {};

/** The value a field holds in a program: int64 is bigint, bytes is Uint8Array, decimals and times are strings. */
export type Infer<F extends AnyField> = F["~value"];

/** The fields that have each flag: `{ optional: "notes"; default: "size" | "state" }`, worked out once for all shapes. */
type ByFlag<S extends Fields> = { [K in keyof S as S[K]["~flag"]]: K };

type KeysWith<S extends Fields, Flag extends string> = Flag extends keyof ByFlag<S>
  ? keyof S & ByFlag<S>[Flag]
  : never;

/** A stored row: every field; optional ones may be absent. */
export type RowOf<S extends Fields> = Flatten<
  { [K in Exclude<keyof S, KeysWith<S, "optional">>]: S[K]["~value"] } & {
    [K in KeysWith<S, "optional">]?: S[K]["~value"];
  }
>;

/** What a caller receives: a row without its writeOnly fields. */
export type OutputOf<S extends Fields> = Flatten<
  { [K in Exclude<keyof S, KeysWith<S, "optional"> | KeysWith<S, "writeOnly">>]: S[K]["~value"] } & {
    [K in Exclude<KeysWith<S, "optional">, KeysWith<S, "writeOnly">>]?: S[K]["~value"];
  }
>;

/** What a caller sends to create: an allowlist without readOnly fields; optional and defaulted ones may be left out. */
export type InputOf<S extends Fields> = Flatten<
  {
    [K in Exclude<
      keyof S,
      KeysWith<S, "readOnly"> | KeysWith<S, "optional"> | KeysWith<S, "default">
    >]: S[K]["~value"];
  } & {
    [K in Exclude<
      KeysWith<S, "optional"> | KeysWith<S, "default">,
      KeysWith<S, "readOnly">
    >]?: S[K]["~value"];
  }
>;

/** The same, as a handler receives it: defaults are filled in. */
export type ReceivedOf<S extends Fields> = Flatten<
  {
    [K in Exclude<keyof S, KeysWith<S, "readOnly"> | KeysWith<S, "optional">>]: S[K]["~value"];
  } & {
    [K in Exclude<KeysWith<S, "optional">, KeysWith<S, "readOnly">>]?: S[K]["~value"];
  }
>;

/** What may change in a row: neither readOnly nor immutable; an optional field is removed with null. */
export type PatchOf<S extends Fields> = {
  [K in Exclude<keyof S, KeysWith<S, "readOnly"> | KeysWith<S, "immutable">>]?:
    | S[K]["~value"]
    | ("optional" extends S[K]["~flag"] ? null : never);
};

/** What a handler may write to a row: any field but the id, readOnly ones included; null removes an optional one. */
export type ChangesOf<S extends Fields> = {
  [K in Exclude<keyof S, "id">]?: S[K]["~value"] | ("optional" extends S[K]["~flag"] ? null : never);
};

/** What a handler inserts: every required field; the id and timestamps are made when left out. */
export type InsertOf<S extends Fields> = Flatten<
  {
    [K in Exclude<keyof S, KeysWith<S, "optional"> | KeysWith<S, "default">>]: S[K]["~value"];
  } & {
    [K in KeysWith<S, "optional"> | KeysWith<S, "default">]?: S[K]["~value"];
  }
>;

/** Fields of an inner object that may be left out: optional ones, and those with a default. An id there is a value. */
type KeysToSpare<S extends Fields> =
  | KeysWith<S, "optional">
  | Exclude<KeysWith<S, "default">, KeysWith<S, "readOnly">>;

/** What a caller gives where a field is an operation's input: its object, in which what has a default may be left out. */
export type GivenBy<F> = F extends { readonly "~fields"?: infer S extends Fields }
  ? Flatten<
      { [K in Exclude<keyof S, KeysToSpare<S>>]: S[K]["~value"] } & {
        [K in KeysToSpare<S>]?: S[K]["~value"];
      }
    >
  : F extends AnyField
    ? F["~value"]
    : undefined;
