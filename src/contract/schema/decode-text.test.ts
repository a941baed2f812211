import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Violation } from "../../base/errors/index.ts";
import { nodeOf } from "./arbitraries.test.ts";
import { decodeText } from "./decode-text.ts";
import type { AnyField } from "./field.ts";
import { t } from "./t.ts";

function decode(field: AnyField, text: string) {
  const violations: Violation[] = [];
  const value = decodeText(nodeOf(field), text, "?f", violations);
  return violations.length === 0 ? value : violations[0]?.code;
}

describe("decodeText", () => {
  it("reads each kind without quotes", () => {
    assert.equal(decode(t.bool(), "true"), true);
    assert.equal(decode(t.bool(), "false"), false);
    assert.equal(decode(t.int32(), "-12"), -12);
    assert.equal(decode(t.float64(), "1.5e2"), 150);
    assert.equal(decode(t.int64(), "9223372036854775807"), 9223372036854775807n);
    assert.equal(decode(t.money({ currency: "EUR" }), "12.5"), "12.50");
    assert.equal(decode(t.timestamp(), "2026-11-01T10:00:00+01:00"), "2026-11-01T09:00:00Z");
    assert.equal(decode(t.enum(["open"]), "open"), "open");
    assert.equal(decode(t.string(), "12"), "12");
    assert.equal(decode(t.string(), ""), "");
    assert.deepEqual(decode(t.bytes(), "AQI="), new Uint8Array([1, 2]));
  });

  it("refuses what is not exactly that", () => {
    for (const text of ["", "1", "TRUE", "yes", "null"]) assert.equal(decode(t.bool(), text), "bad_format");
    for (const text of [
      "",
      "abc",
      "1,5",
      "0x10",
      "+1",
      "01",
      " 1",
      "1e400",
      "NaN",
      '"1"',
      "null",
      "[1]",
      "1 2",
      "-",
    ]) {
      assert.equal(decode(t.int32(), text), "bad_format", text);
    }
    assert.equal(decode(t.int32(), "1.5"), "wrong_type");
    assert.equal(decode(t.int32(), "3000000000"), "too_big");
    assert.equal(decode(t.float64(), "9007199254740993"), "not_exact");
    assert.equal(decode(t.enum(["open"]), "shut"), "not_allowed");
    assert.equal(decode(t.string(), "\0"), "bad_text");
    assert.equal(decode(t.list(t.string()), "a"), "wrong_type");
    assert.equal(decode(t.json(), "{}"), "wrong_type");
  });

  it("names the parameter it was given", () => {
    const violations: Violation[] = [];
    decodeText(nodeOf(t.int32()), "x", "?limit", violations);
    assert.deepEqual(violations, [{ pointer: "?limit", code: "bad_format", message: "Must be a number." }]);
  });
});
