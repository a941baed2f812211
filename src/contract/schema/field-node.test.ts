import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Mistake } from "../../base/errors/index.ts";
import type { AnyField } from "./field.ts";
import { fieldNode } from "./field-node.ts";
import { t } from "./t.ts";

function mistakesOf(field: AnyField): Mistake[] {
  const mistakes: Mistake[] = [];
  fieldNode(field.spec, () => "patient", "resource visit, field f", mistakes);
  return mistakes;
}

function node(field: AnyField) {
  const mistakes: Mistake[] = [];
  const result = fieldNode(field.spec, () => "patient", "f", mistakes);
  assert.deepEqual(mistakes, []);
  return result;
}

describe("fieldNode", () => {
  it("resolves refs and keeps traits", () => {
    assert.deepEqual(node(t.ref(() => {}, { unique: true }).optional()), {
      type: { kind: "ref", resource: "patient" },
      unique: true,
      optional: true,
    });
    assert.deepEqual(node(t.list(t.ref("patient"), { maxItems: 3 })).type, {
      kind: "list",
      maxItems: 3,
      items: { type: { kind: "ref", resource: "patient" } },
    });
    assert.deepEqual(node(t.id("apt")), { type: { kind: "id", prefix: "apt" }, readOnly: true });
  });

  it("writes defaults and examples in wire form", () => {
    assert.equal(node(t.int64().default(2n ** 60n)).default, "1152921504606846976");
    assert.equal(node(t.bytes().example(new Uint8Array([1, 2]))).example, "AQI=");
    assert.equal(node(t.money({ currency: "KWD" }).default("1.5")).default, "1.500");
    assert.equal(node(t.timestamp().default("2026-11-01T10:00:00+01:00")).default, "2026-11-01T09:00:00Z");
    assert.equal(node(t.string().nullable().default(null)).default, null);
    assert.deepEqual(node(t.object({ n: t.int64() }).example({ n: 5n })).example, { n: "5" });
  });

  it("brings decimal bounds to scale", () => {
    assert.deepEqual(node(t.decimal({ precision: 6, scale: 2, minimum: "0", maximum: "99.5" })).type, {
      kind: "decimal",
      precision: 6,
      scale: 2,
      minimum: "0.00",
      maximum: "99.50",
    });
  });

  it("drops readOnly from an id inside another shape, where it is a value like any other", () => {
    assert.deepEqual(node(t.object({ slot: t.id("slot") })).type, {
      kind: "object",
      fields: { slot: { type: { kind: "id", prefix: "slot" } } },
    });
  });

  it("names place, expected, found and fix of what makes no sense", () => {
    assert.deepEqual(mistakesOf(t.string({ minLength: 5, maxLength: 3 })), [
      {
        place: "resource visit, field f",
        expected: "minLength from 0 to maxLength 3",
        found: "5",
        fix: "change minLength or maxLength",
      },
    ]);
    assert.equal(
      mistakesOf(t.enum(["a", "b"]).default("c" as "a"))[0]?.place,
      "resource visit, field f, default",
    );
    const inner = mistakesOf(t.object({ a: t.list(t.int32({ minimum: 9, maximum: 1 })) }));
    assert.equal(inner[0]?.place, "resource visit, field f.a[]");
  });

  const nonsense: Record<string, AnyField> = {
    "a negative length": t.string({ minLength: -1 }),
    "a length that is not whole": t.text({ maxLength: 1.5 }),
    "no length at all": t.string({ maxLength: 0 }),
    "a pattern that is no regular expression": t.string({ pattern: "(" }),
    "a format nobody knows": t.string({ format: "phone" as "email" }),
    "an int32 bound beyond 32 bits": t.int32({ maximum: 2 ** 31 }),
    "an int32 bound that is not whole": t.int32({ minimum: 0.5 }),
    "an int64 bound beyond 64 bits": t.int64({ maximum: 2n ** 63n }),
    "int64 bounds the wrong way round": t.int64({ minimum: 2n, maximum: 1n }),
    "an infinite bound": t.float64({ maximum: Number.POSITIVE_INFINITY }),
    "a scale above the precision": t.decimal({ precision: 2, scale: 3 }),
    "a precision beyond PostgreSQL's": t.decimal({ precision: 1001, scale: 0 }),
    "a decimal bound with more digits than the scale": t.decimal({ precision: 5, scale: 1, minimum: "0.25" }),
    "a decimal bound that is no number": t.decimal({ precision: 5, scale: 1, minimum: "1e3" }),
    "decimal bounds the wrong way round": t.decimal({ precision: 5, scale: 1, minimum: "2", maximum: "1" }),
    "an unknown currency": t.money({ currency: "ABC" }),
    "a currency without minor unit": t.money({ currency: "XDR" }),
    "a money bound the currency cannot hold": t.money({ currency: "JPY", minimum: "0.5" }),
    "an id prefix with capitals": t.id("Apt"),
    "an id prefix with an underscore": t.id("a_b"),
    "duplicate enum values": t.enum(["a", "b", "a"]),
    "an enum value that is not snake_case": t.enum(["In Progress"]),
    "an enum without values": t.enum([] as unknown as ["a"]),
    "more items at least than at most": t.list(t.bool(), { minItems: 3, maxItems: 2 }),
    "optional items": t.list(t.bool().optional()),
    "items with a default": t.list(t.bool().default(true)),
    "optional map values": t.map(t.bool().optional()),
    "a map without room": t.map(t.bool(), { maxEntries: 0 }),
    "bytes without room": t.bytes({ maxBytes: 0 }),
    "json without room": t.json({ maxBytes: Number.NaN }),
    "an object field that is not camelCase": t.object({ "first-name": t.string() }),
    "an object field named as a prototype's": t.object({ constructor: t.string() }),
    "a union without variants": t.union("kind", {}),
    "a variant with the tag as field": t.union("kind", { a: t.object({ kind: t.string() }) }),
    "a variant with a name nobody can write": t.union("kind", { "a b": t.object({}) }),
    "readOnly inside an object": t.object({ a: t.string().readOnly() }),
    "immutable inside a union": t.union("kind", { a: t.object({ b: t.string().immutable() }) }),
    "unique items": t.list(t.string().unique()),
    "visibleTo in a map": t.map(t.string().visibleTo("admin")),
    "optional with a default": t.string().optional().default("x"),
    "readOnly and writeOnly": t.string().readOnly().writeOnly(),
    "a default of another type": t.int32().default("5" as unknown as number),
    "a default that is too long": t.string({ maxLength: 2 }).default("abc"),
    "a default null where null is not allowed": t.string().default(null as unknown as string),
    "an example that its pattern refuses": t.string({ pattern: "^a" }).example("b"),
    "an example with a wrong inner value": t.list(t.date()).example(["2026-02-30"]),
    "a money default with too many digits": t.money({ currency: "EUR" }).default("1.005"),
    "an int64 default beyond 64 bits": t.int64().default(2n ** 64n),
    "a json default that the model cannot hold": t.json().default({ n: [2n ** 60n] }),
    "bytes given as text": t.bytes().default("AQI=" as unknown as Uint8Array),
  };
  for (const [name, field] of Object.entries(nonsense)) {
    it(`reports ${name}`, () => {
      const mistakes = mistakesOf(field);
      assert.equal(mistakes.length, 1, JSON.stringify(mistakes));
      for (const text of Object.values(mistakes[0]!)) assert.ok(text.length > 0);
    });
  }

  it("does not show the value of a default in the mistake", () => {
    const [mistake] = mistakesOf(t.string({ maxLength: 3, sensitive: true }).default("secret"));
    assert.doesNotMatch(JSON.stringify(mistake), /secret/);
  });
});
