import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { toStandardJsonSchema } from "@valibot/to-json-schema";
import { type } from "arktype";
import fc from "fast-check";
import * as v from "valibot";
import { z } from "zod";
import "../../../test/support/seed.ts";
import { UsageError, type Violation } from "../../base/errors/index.ts";
import { anyWire, nodeOf } from "./arbitraries.test.ts";
import { compileDecoder } from "./compile-decoder.ts";
import type { TypeNode } from "./node.ts";
import type { StandardJsonSchema } from "./standard-schema.ts";
import { t } from "./t.ts";

const Tree = z.object({
  get child() {
    return z.array(Tree);
  },
});

function typeOf(field: Parameters<typeof nodeOf>[0]): TypeNode {
  return nodeOf(field).type;
}

function mistakes(build: () => unknown): string {
  try {
    build();
  } catch (error) {
    assert.ok(error instanceof UsageError, String(error));
    return error.message;
  }
  assert.fail("no UsageError");
}

describe("t.from", () => {
  it("takes over what Zod types mean", () => {
    const Address = z.strictObject({
      street: z.string().min(1).max(120).describe("With number."),
      zip: z.string().regex(/^\d{4}$/),
      note: z.string().optional(),
      floor: z.int32().nullable(),
      size: z.number().min(0),
      kind: z.enum(["home", "work"]).default("home"),
      since: z.iso.date(),
      seen: z.iso.datetime().nullish(),
      tags: z.array(z.string().max(9)).max(5),
      flags: z.record(z.string(), z.boolean()),
      mail: z.email(),
    });
    const node = nodeOf(t.from(Address));
    assert.ok(node.type.kind === "object");
    const { mail, ...fields } = node.type.fields;
    assert.deepEqual(fields, {
      street: { type: { kind: "string", minLength: 1, maxLength: 120 }, description: "With number." },
      zip: { type: { kind: "string", maxLength: 65_536, pattern: "^\\d{4}$" } },
      note: { type: { kind: "text", maxLength: 65_536 }, optional: true },
      floor: { type: { kind: "int32" }, nullable: true },
      size: { type: { kind: "float64", minimum: 0 } },
      kind: { type: { kind: "enum", values: ["home", "work"] }, default: "home" },
      since: { type: { kind: "date" } },
      seen: { type: { kind: "timestamp" }, nullable: true, optional: true },
      tags: { type: { kind: "list", maxItems: 5, items: { type: { kind: "string", maxLength: 9 } } } },
      flags: { type: { kind: "map", maxEntries: 1000, values: { type: { kind: "bool" } } } },
    });
    assert.ok(
      mail?.type.kind === "string" && mail.type.format === "email" && mail.type.pattern !== undefined,
    );
  });

  it("takes over unions told apart by a constant, from each library", () => {
    const expected = {
      kind: "union",
      tag: "k",
      variants: {
        p: { kind: "object", fields: {} },
        q: { kind: "object", fields: { n: { type: { kind: "text", maxLength: 65_536 } } } },
      },
    };
    const zod = z.discriminatedUnion("k", [
      z.object({ k: z.literal("p") }),
      z.object({ k: z.literal("q"), n: z.string() }),
    ]);
    const valibot = v.variant("k", [
      v.object({ k: v.literal("p") }),
      v.object({ k: v.literal("q"), n: v.string() }),
    ]);
    const ark = type({ k: "'p'" }).or({ k: "'q'", n: "string" });
    assert.deepEqual(typeOf(t.from(zod)), expected);
    assert.deepEqual(typeOf(t.from(toStandardJsonSchema(valibot))), expected);
    assert.deepEqual(typeOf(t.from(ark)), expected);
  });

  it("takes over Valibot and ArkType objects", () => {
    const expected = {
      kind: "object",
      fields: {
        name: { type: { kind: "string", minLength: 1, maxLength: 9 } },
        size: { type: { kind: "float64" }, nullable: true, optional: true },
        color: { type: { kind: "enum", values: ["blue", "red"] } },
      },
    };
    const valibot = v.object({
      name: v.pipe(v.string(), v.minLength(1), v.maxLength(9)),
      size: v.optional(v.nullable(v.number())),
      color: v.picklist(["blue", "red"]),
    });
    const ark = type({ name: "1 <= string <= 9", "size?": "number | null", color: "'blue' | 'red'" });
    const byName = (node: TypeNode) => (node.kind === "object" ? Object.entries(node.fields).sort() : []);
    assert.deepEqual(typeOf(t.from(toStandardJsonSchema(valibot))), expected);
    assert.deepEqual(byName(typeOf(t.from(ark))), Object.entries(expected.fields).sort());
  });

  it("follows definitions, annotations and every way of writing null", () => {
    const shapes = {
      $defs: { name: { type: "string", maxLength: 5, description: "A name." } },
      type: "object",
      properties: {
        ref: { $ref: "#/$defs/name", description: "Of the ref." },
        maybe: { anyOf: [{ $ref: "#/$defs/name" }, { type: "null" }], default: null },
        either: { type: ["string", "null"], enum: ["a", null], examples: ["a"], deprecated: true },
        count: { type: "integer", exclusiveMinimum: 0, exclusiveMaximum: 10 },
      },
      required: ["ref", "either", "count"],
      additionalProperties: false,
    };
    const node = nodeOf(t.from(handmade(shapes)));
    const name = { kind: "string", maxLength: 5 };
    assert.deepEqual(node.type, {
      kind: "object",
      fields: {
        ref: { type: name, description: "Of the ref." },
        maybe: { type: name, description: "A name.", default: null, nullable: true },
        either: {
          type: { kind: "enum", values: ["a"] },
          nullable: true,
          example: "a",
          deprecated: "Deprecated.",
        },
        count: { type: { kind: "int32", minimum: 1, maximum: 9 } },
      },
    });
    assert.match(
      mistakes(() => t.from(handmade({ $ref: "https://example.com/x" }))),
      /contain itself|example\.com/,
    );
  });

  it("keeps the inferred type", () => {
    const field = t.from(z.object({ a: z.int32(), b: z.enum(["x"]).optional() }));
    const value: { a: number; b?: "x" | undefined } = field["~value"];
    assert.equal(value, undefined, "the type is a phantom");
    const withDefault: "default" = t.from(z.string().default("x"))["~flag"];
    assert.equal(withDefault, undefined);
    // @ts-expect-error a is a number
    const wrong: { a: string } = field["~value"];
    assert.equal(wrong, undefined);
  });

  it("accepts and refuses what Zod accepts and refuses", () => {
    const schema = z.strictObject({
      name: z.string().min(2).max(6),
      code: z
        .string()
        .regex(/^[a-z]+$/)
        .optional(),
      count: z.int32().min(0).nullable(),
      size: z.number().max(1000),
      kind: z.enum(["a", "b"]),
      tags: z.array(z.boolean()).max(3),
      pet: z.discriminatedUnion("kind", [
        z.strictObject({ kind: z.literal("cat"), lives: z.int32() }),
        z.strictObject({ kind: z.literal("dog") }),
      ]),
    });
    const node = nodeOf(t.from(schema));
    const decode = compileDecoder(node);
    let accepted = 0;
    fc.assert(
      fc.property(anyWire(node).map(toAscii), (wire) => {
        // Zod counts UTF-16 units and takes NUL, bigint is not its number, and it has no JSON value of its own.
        fc.pre(isAsciiJson(wire));
        const violations: Violation[] = [];
        const value = decode(wire, "", violations);
        const theirs = schema.safeParse(wire);
        assert.equal(violations.length === 0, theirs.success, JSON.stringify(violations));
        if (theirs.success) {
          accepted++;
          assert.deepEqual(value, theirs.data);
        }
      }),
      { numRuns: 500 },
    );
    assert.ok(accepted > 20, `${accepted} accepted values are too few to mean something`);
  });

  const refused: Record<string, [() => unknown, RegExp]> = {
    "a value that is no schema": [
      () => t.from({} as z.ZodString),
      /offers Standard JSON Schema.*without `~standard`/,
    ],
    null: [() => t.from(null as unknown as z.ZodString), /offers Standard JSON Schema/],
    "a Standard Schema without JSON Schema": [
      () => t.from(v.string() as never),
      /Standard Schema without JSON Schema/,
    ],
    "bigint, which JSON Schema cannot show": [
      () => t.from(z.bigint()),
      /t\.from\(zod\).*BigInt.*t\.int64\(\)/,
    ],
    "a Date": [() => t.from(z.object({ at: z.date() })), /Date.*t\.timestamp\(\)/],
    "a transform": [
      () => t.from(z.codec(z.string(), z.number(), { decode: Number, encode: String })),
      /transforms its value/,
    ],
    "a transform to nobody knows what": [() => t.from(z.string().transform(Number)), /Transforms/],
    "a default that JSON Schema does not show": [
      () => t.from(type({ a: "string = 'z'" })),
      /default that JSON Schema does not show/,
    ],
    "a whole number beyond 32 bits": [
      () => t.from(z.object({ a: z.int() })),
      /t\.from\(zod\)\.a: expected a whole number of 32 bits.*t\.int64\(\)/,
    ],
    "a number above, but not at, a bound": [() => t.from(z.number().gt(0)), /exclusiveMinimum/],
    multiples: [() => t.from(z.number().multipleOf(0.5)), /multipleOf/],
    "any value": [() => t.from(z.object({ a: z.any() })), /any value.*t\.json\(\)/],
    "recursive data": [() => t.from(Tree), /contain itself.*t\.json\(\)/],
    "a union of scalars": [() => t.from(z.union([z.string(), z.number()])), /expected one type/],
    "objects without a tag": [
      () => t.from(z.union([z.object({ a: z.string() }), z.object({ b: z.string() })])),
      /constant text under one name/,
    ],
    tuples: [() => t.from(z.tuple([z.string()])), /prefixItems/],
    "open objects": [() => t.from(z.looseObject({ a: z.string() })), /other keys allowed/],
    "maps with ruled keys": [
      () => t.from(z.record(z.enum(["a"]), z.string())),
      /propertyNames|required|rules for its keys/,
    ],
    "numbers as enum": [() => t.from(z.literal([1, 2])), /enum of strings/],
    "base64 text": [() => t.from(z.base64()), /t\.bytes\(\)/],
    "a duration that may have months": [() => t.from(z.iso.duration()), /t\.duration\(\)/],
    "read-only marks, which mean something else here": [
      () => t.from(z.object({ a: z.string().readonly() })),
      /readOnly/,
    ],
    "a format without its pattern": [
      () => t.from(toStandardJsonSchema(v.pipe(v.string(), v.isoTime()))),
      /a format of email/,
    ],
    "null alone": [() => t.from(z.null()), /expected one type/],
  };
  for (const [name, [build, message]] of Object.entries(refused)) {
    it(`refuses ${name}`, () => assert.match(mistakes(build), message));
  }

  it("names every place at once", () => {
    const text = mistakes(() => t.from(z.object({ a: z.int(), b: z.array(z.any()) })));
    assert.match(text, /\.a: /);
    assert.match(text, /\.b\[\]: /);
  });
});

function handmade(schema: Record<string, unknown>): StandardJsonSchema<unknown> {
  const jsonSchema = { input: () => schema, output: () => schema };
  return { "~standard": { version: 1, vendor: "handmade", jsonSchema } };
}

/** A copy with every character beyond ASCII replaced. */
function toAscii(value: unknown): unknown {
  if (typeof value === "string") return value.replace(/[^\x20-\x7e]/gu, "x");
  if (Array.isArray(value)) return Array.from(value, toAscii);
  if (typeof value !== "object" || value === null || Object.getPrototypeOf(value) !== Object.prototype)
    return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, toAscii(inner)]));
}

function isAsciiJson(value: unknown): boolean {
  if (typeof value === "string") return /^[\x20-\x7e]*$/.test(value);
  if (value === null || typeof value === "boolean") return true;
  if (typeof value === "number") return Number.isFinite(value) && !Object.is(value, -0);
  if (Array.isArray(value)) return Array.from(value).every(isAsciiJson);
  if (typeof value !== "object" || Object.getPrototypeOf(value) !== Object.prototype) return false;
  return Object.values(value).every(isAsciiJson);
}
