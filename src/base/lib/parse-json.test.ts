import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import "../../../test/support/seed.ts";
import { cpuMs } from "../../../test/support/cpu-time.ts";
import { JsonSyntaxError, parseJson } from "./parse-json.ts";

function refusal(text: string, limits?: { maxDepth: number }): JsonSyntaxError {
  try {
    parseJson(text, limits);
  } catch (error) {
    assert.ok(error instanceof JsonSyntaxError, `${text}: ${error}`);
    return error;
  }
  assert.fail(`accepted ${text}`);
}

/** Reviver: the bigint that parseJson makes of a large integer. */
function exactInteger(_key: string, value: unknown): unknown {
  const unsafe = typeof value === "number" && Number.isInteger(value) && !Number.isSafeInteger(value);
  return unsafe && /^-?\d+$/.test(String(value)) ? BigInt(String(value)) : value;
}

describe("parseJson", () => {
  it("reads what JSON.parse reads, to the same value", () => {
    const safe = fc
      .jsonValue({ noUnicodeString: false })
      .filter((value) => !/__proto__|constructor|prototype/.test(JSON.stringify(value)));
    fc.assert(
      fc.property(safe, fc.constantFrom(undefined, 1, "\t"), (value, indent) => {
        const text = JSON.stringify(value, null, indent);
        if (!text.isWellFormed() || /\\ud[89a-f]/i.test(text)) return;
        assert.deepEqual(parseJson(text), JSON.parse(text, exactInteger));
      }),
      { numRuns: 1000 },
    );
  });

  it("refuses whatever JSON.parse refuses, and never throws anything but JsonSyntaxError", () => {
    const piece = fc.constantFrom(
      "{",
      "}",
      "[",
      "]",
      ",",
      ":",
      '"',
      "\\",
      "a",
      "1",
      "-",
      ".",
      "e",
      "0",
      " ",
      "true",
      "null",
      '"k"',
      "\\u12",
      "\n",
      "é",
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        const text = pieces.join("");
        let expected: unknown;
        try {
          expected = JSON.parse(text);
        } catch {
          refusal(text);
          return;
        }
        try {
          assert.equal(JSON.stringify(parseJson(text)), JSON.stringify(expected));
        } catch (error) {
          assert.match(String(error), /Duplicate key|JsonSyntaxError: Number/);
        }
      }),
      { numRuns: 5000 },
    );
  });

  it("names offset, line and column", () => {
    const error = refusal('{\n  "a": 1,\n  "b": tru\n}');
    assert.deepEqual([error.offset, error.line, error.column], [19, 3, 8]);
    assert.equal(error.message, 'Unexpected "t", expected a JSON value at line 3, column 8');
    assert.equal(refusal("").message, "Unexpected end of text, expected a JSON value at line 1, column 1");
    assert.equal(
      refusal('{"a":1').message,
      "Unexpected end of text, expected ',' or '}' at line 1, column 7",
    );
    assert.equal(refusal('["a" 1]').offset, 5);
    assert.equal(refusal("[1,]").offset, 3);
    assert.equal(refusal("{'a':1}").offset, 1);
    assert.equal(refusal("1 2").message, "Unexpected text after the JSON value at line 1, column 3");
    assert.equal(refusal('"abc').message, "String without an end at line 1, column 1");
    assert.equal(
      refusal('{"a":"x\ny"}').message,
      "Control character in a string, which must be escaped at line 1, column 8",
    );
  });

  it("refuses duplicate keys, also where one is written with escapes", () => {
    assert.match(refusal('{"a":1,"a":2}').message, /^Duplicate key "a" at line 1, column 8$/);
    assert.match(refusal('{"a":null,"\\u0061":null}').message, /^Duplicate key "a"/);
    assert.match(refusal('{"toString":1,"toString":2}').message, /^Duplicate key "toString"/);
    assert.deepEqual(parseJson('{"toString":1,"hasOwnProperty":2}'), { toString: 1, hasOwnProperty: 2 });
  });

  it("refuses prototype keys at any depth and changes no prototype", () => {
    for (const key of ["__proto__", "constructor", "prototype", "\\u005f_proto__"]) {
      assert.match(refusal(`[{"a":{"${key}":{"polluted":1}}}]`).message, /^Key ".*" is not allowed/);
    }
    assert.equal(({} as Record<string, unknown>).polluted, undefined);
    assert.deepEqual(parseJson('{"constructors":1,"proto":["__proto__"]}'), {
      constructors: 1,
      proto: ["__proto__"],
    });
  });

  it("refuses lone surrogates, raw or escaped, and takes pairs", () => {
    assert.equal(refusal('["a\ud800"]').offset, 3);
    assert.equal(refusal('"😀\udc00"').offset, 3);
    for (const text of ['"\\ud800"', '"\\udc00\\ud800"', '"\\ud83dx"', '{"\\udead":1}']) {
      assert.match(refusal(text).message, /^Lone surrogate/);
    }
    assert.equal(parseJson('"\\ud83d\\ude00😀"'), "😀😀");
  });

  it("keeps integers exact: bigint beyond 2^53 - 1", () => {
    assert.equal(parseJson("9007199254740991"), 9007199254740991);
    assert.equal(parseJson("9007199254740992"), 9007199254740992n);
    assert.equal(parseJson("9007199254740993"), 9007199254740993n);
    assert.equal(parseJson("-9223372036854775808"), -9223372036854775808n);
    assert.equal(parseJson("123456789012345678901234567890"), 123456789012345678901234567890n);
    assert.equal(typeof parseJson("1".padEnd(308, "0")), "bigint");
  });

  it("refuses numbers a double cannot hold instead of changing them", () => {
    for (const text of ["1e400", "-1e400", "9".repeat(400), "1E+309"])
      assert.match(refusal(text).message, /beyond the range/);
    for (const text of ["1e-400", "0.1e-330"]) assert.match(refusal(text).message, /below the range/);
    for (const text of [
      "3.14159265358979323846",
      "9007199254740993.0",
      "0.12345678901234567890",
      `0.${"1".repeat(200)}`,
    ]) {
      assert.match(refusal(text).message, /more digits than a double/);
    }
    assert.ok(Object.is(parseJson("-0"), 0) && Object.is(parseJson("-0.0e5"), 0));
    assert.equal(parseJson("0.10000000000000001"), 0.1, "as C prints 0.1 with 17 digits");
    assert.equal(parseJson("0.1000000000000000055511151231257827"), 0.1, "the double written out");
    assert.equal(parseJson("5e-324"), 5e-324);
  });

  it("reads back every double that a program prints", () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        for (const text of [
          String(value),
          value.toExponential(),
          value.toPrecision(17),
          value.toPrecision(30),
        ]) {
          assert.equal(Number(parseJson(text)), value === 0 ? 0 : value);
        }
      }),
      { numRuns: 1000 },
    );
  });

  it("refuses numbers that JSON does not have", () => {
    for (const text of [
      "01",
      "-01",
      "1.",
      ".5",
      "+1",
      "-",
      "1e",
      "1e+",
      "0x10",
      "NaN",
      "Infinity",
      "-Infinity",
      "1_000",
    ])
      refusal(text);
  });

  it("refuses text nested deeper than the limit, without using up the stack", () => {
    assert.match(refusal("[".repeat(65) + "]".repeat(65)).message, /^Nested too deep at line 1, column 65$/);
    assert.match(refusal('{"a":'.repeat(100_000)).message, /^Nested too deep/);
    assert.doesNotThrow(() => parseJson("[".repeat(64) + "]".repeat(64)));
    assert.doesNotThrow(
      () => parseJson(`[${'{"a":[]},'.repeat(200)}0]`),
      "depth, not number, of values is limited",
    );
    refusal("[[]]", { maxDepth: 1 });
  });

  it("takes no time over hostile text", () => {
    const million = 1_000_000;
    const texts = [
      `0.1${"0".repeat(million)}1`,
      `1${"0".repeat(million)}1`,
      `[${"0.1000000000000000055511151231257827,".repeat(20_000)}0]`,
      `"${"\\n".repeat(million / 2)}"`,
      "\n".repeat(million),
      "[".repeat(million),
    ];
    const ms = cpuMs(() => {
      for (const text of texts) {
        try {
          parseJson(text);
        } catch (error) {
          assert.ok(error instanceof JsonSyntaxError);
        }
      }
    });
    assert.ok(ms < 6000, `${ms} ms`);
  });

  it("takes only the white space of JSON", () => {
    assert.deepEqual(parseJson(" \t\r\n[ 1 ,\n2 ] "), [1, 2]);
    for (const text of ["\u00a01", "\ufeff1", "1\u2028", "\v1", "[1\f]"]) refusal(text);
  });
});
