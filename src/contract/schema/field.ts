import type { FieldNode, TypeNode } from "./node.ts";

/** What decides which shapes a field is part of, and how: traits, and whether it is a file; kept in the field's type. */
export type FieldFlag = "optional" | "default" | "readOnly" | "writeOnly" | "immutable" | "file";

/**
 * What an author's field says, before names are resolved: like {@link FieldNode}, but refs may be thunks and the
 * default and example are values (bigint for int64, Uint8Array for bytes), not wire forms.
 */
export interface FieldSpec {
  readonly type: TypeSpec;
  readonly traits: FieldTraits;
}

/** A type as its author wrote it. */
export type TypeSpec =
  | Exclude<TypeNode, { kind: "ref" | "list" | "map" | "object" | "union" }>
  | { readonly kind: "ref"; readonly target: string | (() => unknown) }
  | { readonly kind: "list"; readonly items: AnyField; readonly minItems?: number; readonly maxItems: number }
  | { readonly kind: "map"; readonly values: AnyField; readonly maxEntries: number }
  | { readonly kind: "object"; readonly fields: Fields }
  | {
      readonly kind: "union";
      readonly tag: string;
      readonly variants: Readonly<Record<string, ObjectField>>;
    };

/** An object type as a union's variant: a field whose type is known to be an object. */
export interface ObjectField extends AnyField {
  readonly spec: FieldSpec & { readonly type: { readonly kind: "object"; readonly fields: Fields } };
}

export interface FieldTraits extends Omit<FieldNode, "type" | "default" | "example"> {
  readonly default?: unknown;
  readonly example?: unknown;
}

/** Traits given as options where the type is made; those that change the inferred type are methods of {@link Field}. */
export interface TraitOptions {
  readonly description?: string;
  /** Kept out of logs, error messages and audit. Default false. */
  readonly sensitive?: boolean;
  /** No two rows share the value; a second one is refused with 409 `already_exists`. Default false. */
  readonly unique?: boolean;
  /** Role or roles (or `"owner"`) that see and write the field. Default: all who see the row. */
  readonly visibleTo?: string | readonly string[];
  /** Why and what to use instead. */
  readonly deprecated?: string;
  /** API version in which the field appeared. */
  readonly since?: string;
}

/** Any field, whatever its type. */
export interface AnyField {
  readonly spec: FieldSpec;
  readonly "~value": unknown;
  readonly "~flag": string;
  readonly "~removal": null;
}

export type Fields = Readonly<Record<string, AnyField>>;

/**
 * A portable type with traits: inert data plus the phantom types that shapes are inferred from. Every method returns
 * a new field; none changes the one it is called on.
 */
export class Field<Value, Flag extends FieldFlag = never> implements AnyField {
  declare readonly "~value": Value;
  declare readonly "~flag": Flag;
  /** What removes its value from a row: null where the field is optional, else nothing does. */
  declare readonly "~removal": "optional" extends Flag ? null : never;
  readonly spec: FieldSpec;

  constructor(spec: FieldSpec) {
    this.spec = spec;
    Object.freeze(this);
  }

  /** May be absent (in JSON: the key is not there). */
  optional(): Field<Value, Flag | "optional"> {
    return new Field(withTraits(this.spec, { optional: true }));
  }
  /** May be null. Null is a value of its own, not absence. */
  nullable(): Field<Value | null, Flag> {
    return new Field(withTraits(this.spec, { nullable: true }));
  }
  /** Value taken when an input leaves the field out; it must itself be valid, which is checked at compile. */
  default(value: Value): Field<Value, Flag | "default"> {
    return new Field(withTraits(this.spec, { default: value }));
  }
  /** Set by the server only; in input it is refused. */
  readOnly(): Field<Value, Flag | "readOnly"> {
    return new Field(withTraits(this.spec, { readOnly: true }));
  }
  /** Taken in input, never sent out. */
  writeOnly(): Field<Value, Flag | "writeOnly"> {
    return new Field(withTraits(this.spec, { writeOnly: true }));
  }
  /** May be given when the row is created and never changed after. */
  immutable(): Field<Value, Flag | "immutable"> {
    return new Field(withTraits(this.spec, { immutable: true }));
  }
  /** No two rows share the value. */
  unique(): Field<Value, Flag> {
    return new Field(withTraits(this.spec, { unique: true }));
  }
  /** Kept out of logs, error messages and audit. */
  sensitive(): Field<Value, Flag> {
    return new Field(withTraits(this.spec, { sensitive: true }));
  }
  /** Seen and written only by these roles (or `"owner"`). */
  visibleTo(...roles: string[]): Field<Value, Flag> {
    return new Field(withTraits(this.spec, { visibleTo: roles }));
  }
  deprecated(reason: string): Field<Value, Flag> {
    return new Field(withTraits(this.spec, { deprecated: reason }));
  }
  since(version: string): Field<Value, Flag> {
    return new Field(withTraits(this.spec, { since: version }));
  }
  /** A valid value to show in documents; checked at compile. */
  example(value: Value): Field<Value, Flag> {
    return new Field(withTraits(this.spec, { example: value }));
  }
  describe(description: string): Field<Value, Flag> {
    return new Field(withTraits(this.spec, { description }));
  }
}

function withTraits(spec: FieldSpec, traits: FieldTraits): FieldSpec {
  return { type: spec.type, traits: { ...spec.traits, ...traits } };
}
