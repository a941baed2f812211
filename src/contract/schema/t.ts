import type { JsonValue } from "../../base/lib/json.ts";
import type {
  AnyField,
  FieldFlag,
  Fields,
  FieldTraits,
  ObjectField,
  TraitOptions,
  TypeSpec,
} from "./field.ts";
import { Field } from "./field.ts";
import type { FileValue } from "./file-value.ts";
import type { Flatten } from "./infer.ts";
import type { StringFormat } from "./node.ts";
import type { ObjectType } from "./object-type.ts";
import { fromStandardSchema, type StandardJsonSchema } from "./standard-schema.ts";

type Bounds<T> = TraitOptions & { readonly minimum?: T; readonly maximum?: T };

// Methods, not properties of function type: tsc asks of each use of a property whether an assignment before it has changed it.

/** The portable field types. Each has one exact meaning on every wire: docs/reference/types.md. */
export const t = {
  /** A sortable unique id made by the server: `<prefix>_` + UUIDv7 in 26 characters of Crockford base32. */
  id(prefix: string) {
    return new Field<string, "readOnly" | "default">({
      type: { kind: "id", prefix },
      traits: { readOnly: true },
    });
  },

  /**
   * The id of a row of another resource, given by name or by a thunk (`() => Patient`), so that resources may refer
   * to each other. A value that names no row is refused with 422 `reference_not_found`.
   */
  // The thunk returns void for TypeScript's sake: any other type would make mutual references circular (TS7022).
  ref(target: string | (() => void), options?: TraitOptions) {
    return make<string>({ kind: "ref", target: target as string | (() => unknown) }, options);
  },

  /** Short Unicode text, without NUL; lengths count code points. Default maxLength 255. */
  string(
    options: TraitOptions & {
      readonly minLength?: number;
      readonly maxLength?: number;
      /** Regular expression (ECMA-262, `u` flag) that the whole value must contain a match of. */
      readonly pattern?: string;
      readonly format?: StringFormat;
    } = {},
  ) {
    const { minLength, maxLength = 255, pattern, format, ...traits } = options;
    return make<string>(
      { kind: "string", maxLength, ...defined({ minLength, pattern, format }) } as TypeSpec,
      traits,
    );
  },

  /** Long Unicode text, without NUL. Default maxLength 65,536 code points. */
  text(options: TraitOptions & { readonly minLength?: number; readonly maxLength?: number } = {}) {
    const { minLength, maxLength = 65_536, ...traits } = options;
    return make<string>({ kind: "text", maxLength, ...defined({ minLength }) } as TypeSpec, traits);
  },

  bool(options?: TraitOptions) {
    return make<boolean>({ kind: "bool" }, options);
  },

  /** A whole number from -2^31 to 2^31 - 1. */
  int32({ minimum, maximum, ...traits }: Bounds<number> = {}) {
    return make<number>({ kind: "int32", ...defined({ minimum, maximum }) } as TypeSpec, traits);
  },

  /** A whole number from -2^63 to 2^63 - 1; bigint in programs, a decimal string in JSON. */
  int64({ minimum, maximum, ...traits }: Bounds<bigint> = {}) {
    return make<bigint>(
      {
        kind: "int64",
        ...defined({ minimum: minimum?.toString(), maximum: maximum?.toString() }),
      } as TypeSpec,
      traits,
    );
  },

  /** A finite IEEE 754 double. */
  float64({ minimum, maximum, ...traits }: Bounds<number> = {}) {
    return make<number>({ kind: "float64", ...defined({ minimum, maximum }) } as TypeSpec, traits);
  },

  /** An exact decimal as a string, such as `"12.50"`: at most `precision` digits, `scale` of them after the point. */
  decimal({
    precision,
    scale,
    minimum,
    maximum,
    ...traits
  }: Bounds<string> & { readonly precision: number; readonly scale: number }) {
    return make<string>(
      { kind: "decimal", precision, scale, ...defined({ minimum, maximum }) } as TypeSpec,
      traits,
    );
  },

  /** An amount in one currency (ISO 4217), as a decimal string with the currency's minor digits: `"80.00"`. */
  money({ currency, minimum, maximum, ...traits }: Bounds<string> & { readonly currency: string }) {
    return make<string>({ kind: "money", currency, ...defined({ minimum, maximum }) } as TypeSpec, traits);
  },

  /** An instant, RFC 3339 in UTC with at most microseconds: `"2026-11-01T09:00:00Z"`. */
  timestamp(options?: TraitOptions) {
    return make<string>({ kind: "timestamp" }, options);
  },

  /** A calendar date, `"2026-11-01"`. */
  date(options?: TraitOptions) {
    return make<string>({ kind: "date" }, options);
  },

  /** An exact span of time, ISO 8601 with days of 24 hours and at most microseconds: `"PT1H30M"`. */
  duration(options?: TraitOptions) {
    return make<string>({ kind: "duration" }, options);
  },

  /** Bytes; base64 (RFC 4648 section 4, padded) in JSON. Default maxBytes 65,536. */
  bytes({ maxBytes = 65_536, ...traits }: TraitOptions & { readonly maxBytes?: number } = {}) {
    return make<Uint8Array>({ kind: "bytes", maxBytes }, traits);
  },

  /** One of a closed set of snake_case names. */
  enum<const Values extends readonly [string, ...string[]]>(values: Values, options?: TraitOptions) {
    return make<Values[number]>({ kind: "enum", values }, options);
  },

  /** An ordered list. Default maxItems 1,000. */
  list<Items extends AnyField>(
    items: Items,
    {
      minItems,
      maxItems = 1000,
      ...traits
    }: TraitOptions & { readonly minItems?: number; readonly maxItems?: number } = {},
  ) {
    return make<Items["~value"][]>(
      { kind: "list", items, maxItems, ...defined({ minItems }) } as TypeSpec,
      traits,
    );
  },

  /** Values by free string keys. Default maxEntries 1,000. */
  map<Values extends AnyField>(
    values: Values,
    { maxEntries = 1000, ...traits }: TraitOptions & { readonly maxEntries?: number } = {},
  ) {
    return make<Record<string, Values["~value"]>>({ kind: "map", values, maxEntries }, traits);
  },

  /** An object with named fields; others are refused. */
  object<S extends Fields>(fields: S, options?: TraitOptions): ObjectType<S> {
    return make({ kind: "object", fields }, options) as unknown as ObjectType<S>;
  },

  /** One of several objects, told apart by the string field `tag`. */
  union<Tag extends string, const Variants extends Readonly<Record<string, ObjectField>>>(
    tag: Tag,
    variants: Variants,
    options?: TraitOptions,
  ) {
    return make<
      { [K in keyof Variants]: Flatten<{ [T in Tag]: K } & Variants[K]["~value"]> }[keyof Variants]
    >({ kind: "union", tag, variants }, options);
  },

  /** Any JSON value but a bare null; whole numbers beyond 2^53 are bigint, so none is rounded. Default maxBytes 65,536. */
  json({ maxBytes = 65_536, ...traits }: TraitOptions & { readonly maxBytes?: number } = {}) {
    return make<JsonValue>({ kind: "json", maxBytes }, traits);
  },

  /**
   * A file: sent as multipart/form-data or as the whole body, streamed to where files are kept, and downloaded with
   * ranges. Programs and answers hold what it is called and its size, type and digest. It is a field of a resource, a
   * field of a command's input, or a query's whole output. Default maxBytes 10,485,760; `mediaTypes`: all.
   */
  file({
    maxBytes = 10_485_760,
    mediaTypes,
    ...traits
  }: TraitOptions & { readonly maxBytes?: number; readonly mediaTypes?: readonly string[] } = {}) {
    return make<FileValue, "file">(
      { kind: "file", maxBytes, ...(mediaTypes === undefined ? {} : { mediaTypes }) },
      traits,
    );
  },

  /**
   * A type of another library (Zod, ArkType, Valibot through `toStandardJsonSchema`) that Standard JSON Schema describes
   * and a portable type means exactly; a UsageError names what does not fit. Checks that JSON Schema cannot show, such
   * as refinements, are not taken over.
   */
  from<S extends StandardJsonSchema>(schema: S) {
    return fromStandardSchema(schema);
  },
};

function make<Value, Flag extends FieldFlag = never>(
  type: TypeSpec,
  options: TraitOptions = {},
): Field<Value, Flag> {
  const { visibleTo, sensitive, unique, ...rest } = options;
  const traits: FieldTraits = {
    ...defined(rest),
    ...(sensitive ? { sensitive: true as const } : {}),
    ...(unique ? { unique: true as const } : {}),
    ...(visibleTo === undefined
      ? {}
      : { visibleTo: typeof visibleTo === "string" ? [visibleTo] : visibleTo }),
  };
  return new Field({ type, traits });
}

function defined<T extends object>(options: T): Partial<T> {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as Partial<T>;
}
