import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import "../../../test/support/seed.ts";
import type { JsonValue } from "./json.ts";
import { parseJson } from "./parse-json.ts";
import { stringifyJson } from "./stringify-json.ts";

const tree: fc.Arbitrary<JsonValue> = fc.letrec<{ value: JsonValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.constant(null),
    fc.boolean(),
    fc.string({ unit: "grapheme" }),
    fc
      .double({ noNaN: true, noDefaultInfinity: true })
      .map((value) => value + 0)
      .filter((value) => Number.isSafeInteger(value) || !Number.isInteger(value)),
    fc.bigInt({ min: 2n ** 53n, max: 10n ** 300n }),
    fc.bigInt({ min: -(10n ** 300n), max: -(2n ** 53n) }),
    fc.array(tie("value"), { maxLength: 4 }),
    fc.dictionary(
      fc.string().filter((key) => !["__proto__", "constructor", "prototype"].includes(key)),
      tie("value"),
      { maxKeys: 4, noNullPrototype: true },
    ),
  ),
})).value;

describe("stringifyJson", () => {
  it("writes what parseJson reads back as the same value", () => {
    fc.assert(
      fc.property(tree, (value) => assert.deepEqual(parseJson(stringifyJson(value)), value)),
      { numRuns: 1000 },
    );
  });

  it("writes bigint as digits beside ordinary values", () => {
    assert.equal(
      stringifyJson({ a: [1n, 2 ** 53], b: 'x"', c: null, d: {} }),
      '{"a":[1,9007199254740992],"b":"x\\"","c":null,"d":{}}',
    );
  });

  it("refuses circular values", () => {
    const circular: { self?: JsonValue } = {};
    circular.self = circular as JsonValue;
    assert.throws(() => stringifyJson(circular as JsonValue), TypeError);
  });
});
