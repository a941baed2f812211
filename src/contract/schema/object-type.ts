import type { AnyField, Field, Fields, ObjectField } from "./field.ts";
import type { OutputOf } from "./infer.ts";

/** An object field with its shape kept, so that it can be a variant of a union or the input of an operation. */
export interface ObjectType<S extends Fields> extends ObjectMethods {
  readonly "~value": OutputOf<S>;
  /** The fields as written: input and output shapes are inferred from them. */
  readonly "~fields"?: S;
}

/**
 * What is the same for all object fields: the methods of {@link Field}, each typed by the field that it is called on. TypeScript
 * copies the members of a generic type for every object that a contract names, and those of this one for none.
 */
interface ObjectMethods extends AnyField {
  readonly spec: ObjectField["spec"];
  readonly "~flag": never;
  readonly "~removal": never;
  /** May be absent (in JSON: the key is not there). */
  optional<F extends AnyField>(this: F): Field<F["~value"], "optional">;
  /** May be null. Null is a value of its own, not absence. */
  nullable<F extends AnyField>(this: F): Field<F["~value"] | null>;
  /** Value taken when an input leaves the field out; it must itself be valid, which is checked at compile. */
  default<F extends AnyField>(this: F, value: F["~value"]): Field<F["~value"], "default">;
  /** Set by the server only; in input it is refused. */
  readOnly<F extends AnyField>(this: F): Field<F["~value"], "readOnly">;
  /** Taken in input, never sent out. */
  writeOnly<F extends AnyField>(this: F): Field<F["~value"], "writeOnly">;
  /** May be given when the row is created and never changed after. */
  immutable<F extends AnyField>(this: F): Field<F["~value"], "immutable">;
  /** No two rows share the value. */
  unique<F extends AnyField>(this: F): Field<F["~value"]>;
  /** Kept out of logs, error messages and audit. */
  sensitive<F extends AnyField>(this: F): Field<F["~value"]>;
  /** Seen and written only by these roles (or `"owner"`). */
  visibleTo<F extends AnyField>(this: F, ...roles: string[]): Field<F["~value"]>;
  deprecated<F extends AnyField>(this: F, reason: string): Field<F["~value"]>;
  since<F extends AnyField>(this: F, version: string): Field<F["~value"]>;
  /** A valid value to show in documents; checked at compile. */
  example<F extends AnyField>(this: F, value: F["~value"]): Field<F["~value"]>;
  describe<F extends AnyField>(this: F, description: string): Field<F["~value"]>;
}
