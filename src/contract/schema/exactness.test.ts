import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Violation } from "../../base/errors/index.ts";
import { newId, parseJson, stringifyJson } from "../../base/lib/index.ts";
import { nodeOf } from "./arbitraries.test.ts";
import { compileDecoder } from "./compile-decoder.ts";
import { compileEncoder } from "./compile-encoder.ts";
import type { AnyField } from "./field.ts";
import type { TypeKind } from "./node.ts";
import { t } from "./t.ts";

interface Case {
  readonly field: AnyField;
  /** JSON text → the same value as JSON text of ours; `true`: the same text. */
  readonly kept: Readonly<Record<string, string | true>>;
  /** JSON text → code of the violation. */
  readonly refused: Readonly<Record<string, string>>;
}

const id = newId("apt", Date.UTC(2026, 10, 1));
const text = (value: string) => JSON.stringify(value);
const cat = { kind: "cat", lives: 9 };

/** One row or more for each kind: what JSON text survives, in which form, and what is refused instead of changed. */
const CASES: Readonly<Record<TypeKind, readonly Case[]>> = {
  id: [
    {
      field: t.id("apt"),
      kept: { [text(id)]: true },
      refused: {
        '"apt_1"': "bad_format",
        [text(id.toUpperCase())]: "bad_format",
        [text(id.replace("apt", "prv"))]: "bad_format",
        "1": "wrong_type",
        null: "wrong_type",
      },
    },
  ],
  ref: [
    {
      field: t.ref("slot"),
      kept: { [text(id)]: true },
      refused: { '"1"': "bad_format", [text(`${id}\n`)]: "bad_format", "{}": "wrong_type" },
    },
  ],
  string: [
    {
      field: t.string({ minLength: 2, maxLength: 4 }),
      kept: {
        '"ab"': true,
        '"é😀"': true,
        '"😀😀😀😀"': true,
        '"\\u00e9\\ud83d\\ude00"': '"é😀"',
        '" \\n\\u007f"': '" \\n\u007f"',
      },
      refused: {
        '"a"': "too_short",
        '"😀"': "too_short",
        '"abcde"': "too_long",
        '"😀😀😀😀😀"': "too_long",
        '"a\\u0000"': "bad_text",
        "12": "wrong_type",
        '["ab"]': "wrong_type",
      },
    },
    { field: t.string({ pattern: "^\\p{Lu}" }), kept: { '"Éa"': true }, refused: { '"éa"': "bad_format" } },
    {
      field: t.string({ format: "email" }),
      kept: { '"Ada@example.com"': true },
      refused: { '"ada@"': "bad_format" },
    },
    { field: t.string().nullable(), kept: { null: true, '""': true }, refused: {} },
  ],
  text: [
    {
      field: t.text(),
      kept: { '"line\\nline"': true },
      refused: { '"\\u0000"': "bad_text", true: "wrong_type" },
    },
  ],
  bool: [
    {
      field: t.bool(),
      kept: { true: true, false: true },
      refused: { "0": "wrong_type", '"true"': "wrong_type" },
    },
  ],
  int32: [
    {
      field: t.int32(),
      kept: { "0": true, "-0": "0", "2147483647": true, "-2147483648": true, "1e3": "1000", "5.0": "5" },
      refused: {
        "2147483648": "too_big",
        "-2147483649": "too_small",
        "1.5": "wrong_type",
        '"1"': "wrong_type",
        "99999999999999999999": "too_big",
      },
    },
  ],
  int64: [
    {
      field: t.int64(),
      kept: {
        '"9223372036854775807"': true,
        '"-9223372036854775808"': true,
        "9007199254740993": '"9007199254740993"',
        "-5": '"-5"',
        '"0"': true,
      },
      refused: {
        '"9223372036854775808"': "too_big",
        "-9223372036854775809": "too_small",
        "1.5": "wrong_type",
        '"1e3"': "bad_format",
        '"007"': "bad_format",
        '"+1"': "bad_format",
        '"-0"': "bad_format",
        '" 1"': "bad_format",
        '""': "bad_format",
        [text("9".repeat(60))]: "bad_format",
      },
    },
  ],
  float64: [
    {
      field: t.float64(),
      kept: {
        "0.1": true,
        "1.7976931348623157e308": "1.7976931348623157e+308",
        "5e-324": true,
        "-0": "0",
        "9007199254740992": true,
        "1152921504606846976": "1152921504606847000",
        "1152921504606847000": true,
      },
      refused: { "9007199254740993": "not_exact", '"0.1"': "wrong_type" },
    },
    {
      field: t.float64({ minimum: 0, maximum: 1 }),
      kept: { "1": true },
      refused: { "1.1": "too_big", "-0.1": "too_small" },
    },
  ],
  decimal: [
    {
      field: t.decimal({ precision: 5, scale: 2 }),
      kept: { '"999.99"': true, '"12.5"': '"12.50"', '"-0"': '"0.00"', '"0.01"': true, '"-999.99"': true },
      refused: {
        '"1000"': "too_big",
        '"-1000.00"': "too_small",
        '"1.005"': "not_exact",
        '"1.500"': "not_exact",
        '"1e2"': "bad_format",
        '"01"': "bad_format",
        "12.5": "wrong_type",
        '".5"': "bad_format",
      },
    },
    {
      field: t.decimal({ precision: 40, scale: 0 }),
      kept: { [text("9".repeat(40))]: true },
      refused: { [text("9".repeat(41))]: "too_big" },
    },
    {
      field: t.decimal({ precision: 5, scale: 2, minimum: "0.5", maximum: "9" }),
      kept: { '"0.5"': '"0.50"' },
      refused: { '"0.49"': "too_small", '"9.01"': "too_big" },
    },
  ],
  money: [
    {
      field: t.money({ currency: "EUR" }),
      kept: { '"80"': '"80.00"', '"9999999999999999.99"': true },
      refused: {
        "80": "wrong_type",
        '"80.005"': "not_exact",
        '"10000000000000000"': "too_big",
        '"80 EUR"': "bad_format",
      },
    },
    { field: t.money({ currency: "JPY" }), kept: { '"80"': true }, refused: { '"80.0"': "not_exact" } },
    { field: t.money({ currency: "KWD" }), kept: { '"1.5"': '"1.500"' }, refused: {} },
    { field: t.money({ currency: "HUF" }), kept: { '"1.5"': '"1.50"' }, refused: {} },
  ],
  timestamp: [
    {
      field: t.timestamp(),
      kept: {
        '"2026-11-01T09:00:00Z"': true,
        '"2026-11-01T09:00:00.123456Z"': true,
        '"2026-11-01T10:00:00.5+01:00"': '"2026-11-01T09:00:00.500Z"',
        '"0001-01-01T00:00:00Z"': true,
      },
      refused: {
        '"2026-11-01"': "bad_format",
        '"2026-11-01T09:00:00.1234567Z"': "bad_format",
        '"2016-12-31T23:59:60Z"': "bad_format",
        '"0000-01-01T00:00:00Z"': "bad_format",
        "1793523600": "wrong_type",
      },
    },
  ],
  date: [
    {
      field: t.date(),
      kept: { '"2024-02-29"': true },
      refused: {
        '"2026-02-29"': "bad_format",
        '"2026-11-01T00:00:00Z"': "bad_format",
        "20261101": "wrong_type",
      },
    },
  ],
  duration: [
    {
      field: t.duration(),
      kept: { '"PT1H30M"': true, '"PT90M"': '"PT1H30M"', '"-P1D"': true, '"PT0.000001S"': true },
      refused: {
        '"P1M"': "bad_format",
        '"90"': "bad_format",
        "90": "wrong_type",
        '"PT0.0000001S"': "bad_format",
      },
    },
  ],
  // Input takes a file as its protocol received it; no JSON stands for one.
  file: [
    {
      field: t.file(),
      kept: {},
      refused: {
        '"AAAA"': "wrong_type",
        '{"id":"file_1"}': "wrong_type",
        "1": "wrong_type",
        null: "wrong_type",
      },
    },
  ],
  bytes: [
    {
      field: t.bytes({ maxBytes: 4 }),
      kept: { '""': true, '"AQIDBA=="': true, '"/+8="': true },
      refused: {
        '"AQIDBAU="': "too_long",
        '"AQ"': "bad_format",
        '"_-8="': "bad_format",
        '"AR=="': "bad_format",
        "[1]": "wrong_type",
      },
    },
  ],
  enum: [
    {
      field: t.enum(["open", "in_progress"]),
      kept: { '"open"': true },
      refused: {
        '"OPEN"': "not_allowed",
        '"toString"': "not_allowed",
        '""': "not_allowed",
        "1": "wrong_type",
      },
    },
  ],
  list: [
    {
      field: t.list(t.int64(), { minItems: 1, maxItems: 2 }),
      kept: { '["1","2"]': true, "[1]": '["1"]' },
      refused: {
        "[]": "too_few",
        "[1,2,3]": "too_many",
        "{}": "wrong_type",
        "[null]": "wrong_type",
        '"1"': "wrong_type",
      },
    },
  ],
  map: [
    {
      field: t.map(t.int32(), { maxEntries: 2 }),
      kept: { "{}": true, '{"toString":1,"é/~":2}': true },
      refused: {
        '{"a":1,"b":2,"c":3}': "too_many",
        '{"a":null}': "wrong_type",
        "[]": "wrong_type",
        '{"a\\u0000":1}': "bad_key",
        [`{"${"k".repeat(256)}":1}`]: "bad_key",
      },
    },
  ],
  object: [
    {
      field: t.object({
        a: t.int32(),
        b: t.string().optional(),
        c: t.string().nullable(),
        d: t.int32().default(7),
      }),
      kept: {
        '{"a":1,"c":null}': '{"a":1,"c":null,"d":7}',
        '{"d":8,"c":"","b":"x","a":1}': '{"a":1,"b":"x","c":"","d":8}',
      },
      refused: {
        '{"c":null}': "required",
        '{"a":1,"c":null,"b":null}': "wrong_type",
        '{"a":1,"c":null,"e":1}': "unknown_field",
        '{"a":1}': "required",
        "[]": "wrong_type",
        null: "wrong_type",
      },
    },
  ],
  union: [
    {
      field: t.union("kind", { cat: t.object({ lives: t.int32() }), dog: t.object({}) }),
      kept: {
        [JSON.stringify(cat)]: true,
        '{"lives":9,"kind":"cat"}': JSON.stringify(cat),
        '{"kind":"dog"}': true,
      },
      refused: {
        '{"lives":9}': "required",
        '{"kind":"cow"}': "not_allowed",
        '{"kind":"toString"}': "not_allowed",
        '{"kind":1}': "wrong_type",
        '{"kind":"dog","lives":9}': "unknown_field",
        '"cat"': "wrong_type",
      },
    },
  ],
  json: [
    {
      field: t.json({ maxBytes: 60 }),
      kept: {
        '{"a":[1,"x",null,true,0.1]}': true,
        "1152921504606846976": true,
        '{"a":9007199254740993}': true,
        "1e300": "1e+300",
        '"é"': true,
        "[[]]": true,
      },
      refused: {
        [text("x".repeat(60))]: "too_long",
        [text("é".repeat(30))]: "too_long",
        '["\\u0000"]': "bad_text",
        null: "wrong_type",
      },
    },
    {
      field: t.json().nullable(),
      kept: { null: true, [`${"[".repeat(63)}${"]".repeat(63)}`]: true },
      refused: {},
    },
  ],
};

for (const [kind, cases] of Object.entries(CASES)) {
  describe(`${kind} in JSON`, () => {
    for (const { field, kept, refused } of cases) {
      const node = nodeOf(field);
      const decode = compileDecoder(node);
      const encode = compileEncoder(node);
      const options = JSON.stringify(node.type).slice(0, 60);

      it(`keeps every value exactly: ${options}`, () => {
        for (const [given, expected] of Object.entries(kept)) {
          const violations: Violation[] = [];
          const value = decode(parseJson(given), "", violations);
          assert.deepEqual(violations, [], given);
          const written = stringifyJson(encode(value));
          assert.equal(written, expected === true ? given : expected);
          assert.deepEqual(decode(parseJson(written), "", violations), value);
        }
      });

      it(`refuses what it cannot keep, with code and pointer: ${options}`, () => {
        for (const [given, code] of Object.entries(refused)) {
          const violations: Violation[] = [];
          decode(parseJson(given), "/at", violations);
          assert.deepEqual(
            violations.map((violation) => violation.code),
            [code],
            given,
          );
          assert.match(violations[0]!.pointer, /^\/at(\/|$)/);
        }
      });
    }
  });
}
