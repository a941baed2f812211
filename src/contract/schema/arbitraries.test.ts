import assert from "node:assert/strict";
import { it } from "node:test";
import fc from "fast-check";
import "../../../test/support/seed.ts";
import type { Mistake } from "../../base/errors/index.ts";
import {
  codePointLength,
  durationFromMicros,
  encodeBase64,
  fromUnits,
  MAX_DURATION_MICROS,
  newId,
  timestampFromMs,
} from "../../base/lib/index.ts";
import { currencyDigits } from "./currencies.ts";
import type { AnyField } from "./field.ts";
import { fieldNode } from "./field-node.ts";
import { ReceivedFile } from "./file-value.ts";
import type { FieldNode, TypeNode } from "./node.ts";
import type { ObjectType } from "./object-type.ts";
import { t } from "./t.ts";

/** Texts that each string format takes. */
const SAMPLES = {
  email: ["ada@example.com", "a.b+c@x-y.example"],
  uri: ["https://example.com/a?b=c#d", "urn:isbn:0451450523"],
  uuid: ["123e4567-e89b-12d3-a456-426614174000"],
  hostname: ["example.com", "localhost"],
  ipv4: ["192.0.2.1"],
  ipv6: ["2001:db8::1", "::ffff:192.0.2.1"],
} as const;

const name = fc.constantFrom("a", "b", "count", "startsAt", "toString", "valueOf", "x1");
const leaf: fc.Arbitrary<AnyField> = fc.oneof(
  fc.constantFrom<AnyField>(
    t.id("apt"),
    t.ref("slot"),
    t.bool(),
    t.timestamp(),
    t.date(),
    t.duration(),
    t.text({ maxLength: 20 }),
  ),
  fc
    .tuple(fc.nat(5), fc.nat(30))
    .map(([min, more]) => t.string({ minLength: min, maxLength: min + more + 1 })),
  fc
    .constantFrom(...(Object.keys(SAMPLES) as (keyof typeof SAMPLES)[]))
    .map((format) => t.string({ format })),
  fc.constant(t.string({ pattern: "^[a-z]+$" })),
  fc
    .tuple(fc.integer(), fc.nat(1000))
    .map(([min, more]) => t.int32({ minimum: min, maximum: Math.min(min + more, 2 ** 31 - 1) })),
  fc.constantFrom<AnyField>(
    t.int32(),
    t.int64(),
    t.int64({ minimum: -5n, maximum: 2n ** 62n }),
    t.float64(),
    t.float64({ minimum: -1, maximum: 1e6 }),
  ),
  fc
    .tuple(fc.integer({ min: 1, max: 30 }), fc.nat(6))
    .map(([precision, scale]) => t.decimal({ precision, scale: Math.min(scale, precision) })),
  fc.constantFrom("EUR", "JPY", "KWD").map((currency) => t.money({ currency })),
  fc.constantFrom<AnyField>(t.bytes({ maxBytes: 40 }), t.json({ maxBytes: 200 }), t.enum(["a", "b", "c_d"])),
  fc.constant(t.enum(Array.from({ length: 12 }, (_, index) => `v${index}`) as [string])),
);

/** Fields of every kind, some nullable, nested at most three deep. */
export const anyField: fc.Arbitrary<AnyField> = fc.letrec<{
  field: AnyField;
  object: ObjectType<Record<string, AnyField>>;
}>((tie) => ({
  field: fc
    .oneof(
      { maxDepth: 3 },
      { arbitrary: leaf, weight: 4 },
      tie("object"),
      fc.tuple(tie("field"), fc.nat(2)).map(([items, minItems]) => t.list(items, { minItems, maxItems: 5 })),
      tie("field").map((values) => t.map(values, { maxEntries: 4 })),
      fc
        .dictionary(fc.constantFrom("cat", "dog", "Fish_2"), tie("object"), {
          minKeys: 1,
          noNullPrototype: true,
        })
        .map((variants) => t.union("kind", variants)),
    )
    .chain((field) => fc.boolean().map((nullable) => (nullable ? nullableOf(field) : field))),
  object: fc
    .dictionary(name, fc.tuple(tie("field"), fc.constantFrom("required", "optional", "default")), {
      maxKeys: 5,
      noNullPrototype: true,
    })
    .map((fields) =>
      t.object(
        Object.fromEntries(
          Object.entries(fields).map(([key, [field, presence]]) => [key, withPresence(field, presence)]),
        ),
      ),
    ),
})).field;

function nullableOf(field: AnyField): AnyField {
  return (field as ObjectType<Record<string, AnyField>>).nullable();
}

function withPresence(given: AnyField, presence: string): AnyField {
  const field = given as ReturnType<typeof t.json>;
  if (presence === "optional") return field.optional();
  const kind = field.spec.type.kind;
  if (presence !== "default") return field;
  if (kind === "bool") return field.default(true);
  if (kind === "list" && (field.spec.type as { minItems?: number }).minItems === 0) return field.default([]);
  return field.spec.traits.nullable ? field.default(null) : field;
}

/** The model's node of a field. */
export function nodeOf(field: AnyField): FieldNode {
  const mistakes: Mistake[] = [];
  const node = fieldNode(field.spec, (target) => String(target), "field", mistakes);
  assert.deepEqual(mistakes, []);
  return node;
}

/** Wire forms that a field takes. */
export function validWire(field: FieldNode): fc.Arbitrary<unknown> {
  const values = validType(field.type);
  return field.nullable ? fc.oneof({ arbitrary: values, weight: 4 }, fc.constant(null)) : values;
}

function validType(type: TypeNode): fc.Arbitrary<unknown> {
  switch (type.kind) {
    case "id":
      return fc.nat().map((ms) => newId(type.prefix, ms));
    case "ref":
      return fc.nat().map((ms) => newId(type.resource, ms));
    case "text":
      return text(0, type.maxLength);
    case "string":
      if (type.format !== undefined) return fc.constantFrom(...SAMPLES[type.format]);
      return type.pattern === undefined
        ? text(type.minLength ?? 0, type.maxLength)
        : fc.stringMatching(/^[a-z]{1,9}$/);
    case "bool":
      return fc.boolean();
    case "int32":
      return fc.integer({ min: type.minimum ?? -(2 ** 31), max: type.maximum ?? 2 ** 31 - 1 });
    case "int64":
      return fc
        .bigInt({ min: BigInt(type.minimum ?? -(2n ** 63n)), max: BigInt(type.maximum ?? 2n ** 63n - 1n) })
        .chain((value) =>
          fc.constantFrom<unknown>(
            String(value),
            value,
            ...(Number.isSafeInteger(Number(value)) ? [Number(value)] : []),
          ),
        );
    case "float64":
      return fc.double({
        min: type.minimum ?? -Number.MAX_VALUE,
        max: type.maximum ?? Number.MAX_VALUE,
        noNaN: true,
      });
    case "decimal":
      return decimal(type.precision, type.scale);
    case "money":
      return decimal(18, currencyDigits(type.currency)!);
    case "timestamp":
      return fc
        .tuple(
          fc.integer({ min: -62_000_000_000_000, max: 253_000_000_000_000 }),
          fc.constantFrom("Z", "000Z", "123Z", "+01:00", "-11:30"),
        )
        .map(([ms, end]) =>
          end.startsWith("0") || end.startsWith("1")
            ? `${new Date(ms).toISOString().slice(0, -1)}${end}`
            : timestampFromMs(ms).replace("Z", end),
        );
    case "date":
      return fc
        .integer({ min: -62_000_000_000_000, max: 253_000_000_000_000 })
        .map((ms) => timestampFromMs(ms).slice(0, 10));
    case "duration":
      return fc.oneof(
        fc.bigInt({ min: -MAX_DURATION_MICROS, max: MAX_DURATION_MICROS }).map(durationFromMicros),
        fc.constantFrom("PT90M", "P2W"),
      );
    case "bytes":
      return fc.uint8Array({ maxLength: type.maxBytes }).map(encodeBase64);
    case "file":
      return fc.nat(type.maxBytes).map(
        (size) =>
          new ReceivedFile({
            id: newId("file", 0),
            name: "a.bin",
            mediaType: "image/png",
            size,
            sha256: "0".repeat(64),
          }),
      );
    case "enum":
      return fc.constantFrom(...type.values);
    case "json":
      return fc
        .jsonValue({ maxDepth: 2, noUnicodeString: false })
        .filter(
          (value) =>
            value !== null &&
            JSON.stringify(value).length < type.maxBytes / 3 &&
            !/\\u0000|\\ud|__proto__/.test(JSON.stringify(value)),
        );
    case "list":
      return fc.array(validWire(type.items), { minLength: type.minItems ?? 0, maxLength: type.maxItems });
    case "map":
      return fc.dictionary(fc.constantFrom("k", "toString", "~/", "é", "0"), validWire(type.values), {
        maxKeys: type.maxEntries,
        noNullPrototype: true,
      });
    case "object":
      return objectWire(type.fields, []);
    case "union":
      return fc.oneof(
        ...Object.entries(type.variants).map(([tag, variant]) =>
          objectWire(variant.fields, [[type.tag, tag]]),
        ),
      );
  }
}

function objectWire(
  fields: Readonly<Record<string, FieldNode>>,
  head: [string, unknown][],
): fc.Arbitrary<unknown> {
  const entries = Object.entries(fields).map(([key, field]) => {
    const given = validWire(field).map((value): [string, unknown][] => [[key, value]]);
    return field.optional || field.default !== undefined
      ? fc.oneof(given, fc.constant<[string, unknown][]>([]))
      : given;
  });
  return fc.tuple(...entries).map((parts) => Object.fromEntries([...head, ...parts.flat()]));
}

function text(min: number, max: number): fc.Arbitrary<string> {
  return fc
    .string({ unit: "grapheme", minLength: min, maxLength: max })
    .map((value) => [...value.replaceAll("\0", "-")].slice(0, max).join(""))
    .filter((value) => value.isWellFormed() && codePointLength(value) >= min);
}

function decimal(precision: number, scale: number): fc.Arbitrary<string> {
  const most = 10n ** BigInt(precision) - 1n;
  return fc.bigInt({ min: -most, max: most }).map((units) => {
    const value = fromUnits(units, scale);
    return value.includes(".") ? value.replace(/\.?0+$/, "") || "0" : value;
  });
}

/** Values that mean nothing to most fields. */
export const junk: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    undefined,
    true,
    0,
    -0,
    1.5,
    -1,
    1e300,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    2 ** 53,
    2 ** 31,
    2n ** 70n,
    -(2n ** 63n) - 1n,
  ),
  fc.constantFrom<unknown>(
    "",
    "x",
    "\0",
    "\ud800",
    "apt_",
    "1e3",
    "007",
    "2026-02-30",
    "PT",
    "QQ",
    "9".repeat(60),
    "long ".repeat(60),
    "😀".repeat(9),
  ),
  fc.constantFrom<unknown>(
    [],
    {},
    [[]],
    [null],
    { a: 1 },
    { kind: "cat" },
    { kind: "toString" },
    { kind: null },
    new Array(7),
    Symbol("s"),
    () => 1,
  ),
  fc.constantFrom<unknown>(
    Object.create(null),
    JSON.parse('{"__proto__":1}'),
    { constructor: {} },
    new Map(),
    new Uint8Array(2),
    new Date(0),
    nested(100),
  ),
);

function nested(depth: number): unknown {
  return depth === 0 ? [] : [nested(depth - 1)];
}

/** Wire forms valid, broken in one or two places, or anything. */
export function anyWire(field: FieldNode): fc.Arbitrary<unknown> {
  const breaks = fc.array(fc.record({ place: fc.nat(), how: fc.nat(), value: junk }), {
    minLength: 1,
    maxLength: 2,
  });
  const broken = fc
    .tuple(validWire(field), breaks)
    .map(([wire, list]) => list.reduce<unknown>(breakOne, wire));
  return fc.oneof({ arbitrary: broken, weight: 9 }, validWire(field), junk);
}

/** A copy with one value anywhere in it changed a little, or replaced. */
export function breakOne(
  wire: unknown,
  { place, how, value }: { place: number; how: number; value: unknown },
): unknown {
  const size = countValues(wire);
  let left = place % size;
  const walk = (inner: unknown): unknown => {
    if (left-- === 0) return how % 3 === 0 ? value : tweak(inner, how);
    if (Array.isArray(inner)) return inner.map(walk);
    return isPlain(inner)
      ? Object.fromEntries(Object.entries(inner).map(([key, item]) => [key, walk(item)]))
      : inner;
  };
  return walk(wire);
}

function tweak(value: unknown, how: number): unknown {
  if (typeof value === "string") {
    return [
      `${value}\0`,
      `\ud800${value}`,
      value.repeat(40),
      value.slice(0, 1),
      ` ${value}`,
      `${value}0`,
      value.toUpperCase(),
    ][how % 7];
  }
  if (typeof value === "number")
    return [
      -0,
      value + 0.5,
      -value,
      value * 2 ** 31,
      BigInt(Math.trunc(Number.isFinite(value) ? value : 1)) << 40n,
    ][how % 5];
  if (typeof value === "bigint") return [value * 2n, -value, value << 64n, Number(value)][how % 4];
  if (Array.isArray(value))
    return [[...value, ...value, ...value, ...value, ...value, ...value], value.slice(1), [...value, null]][
      how % 3
    ];
  if (!isPlain(value)) return [0, "", null][how % 3];
  const keys = Object.keys(value);
  const some = keys[how % Math.max(keys.length, 1)] ?? "a";
  const { [some]: _, ...without } = value;
  const many = Object.fromEntries(
    Array.from({ length: 8 }, (_, index) => [`k${index}`, Object.values(value)[0]]),
  );
  return [
    without,
    { ...value, zz: 1 },
    { ...value, [some]: undefined },
    { ...value, ...many },
    { ...value, "a/b~c": null },
  ][how % 5];
}

function countValues(value: unknown): number {
  const inner = Array.isArray(value) ? value : isPlain(value) ? Object.values(value) : [];
  return inner.reduce<number>((sum, item) => sum + countValues(item), 1);
}

function isPlain(value: unknown): value is Record<string, unknown> {
  return (
    typeof value === "object" &&
    value !== null &&
    !Array.isArray(value) &&
    Object.getPrototypeOf(value) === Object.prototype
  );
}

it("generated fields make sense", () => {
  fc.assert(fc.property(anyField, (field) => void nodeOf(field)));
});
