import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import "../../../test/support/seed.ts";
import { compareDecimals, fromUnits, isDecimal, toScale, toUnits, wholeDigits } from "./decimal.ts";

describe("decimals", () => {
  it("come back from units as they were", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(10n ** 40n), max: 10n ** 40n }), fc.nat({ max: 12 }), (units, scale) => {
        const text = fromUnits(units, scale);
        assert.ok(isDecimal(text), text);
        assert.equal(toUnits(text, scale), units);
        assert.equal(toScale(text, scale), text);
        assert.equal(toUnits(text, scale + 3), units * 1000n);
      }),
    );
  });

  it("are compared by value", () => {
    fc.assert(
      fc.property(fc.bigInt(), fc.bigInt(), fc.nat({ max: 6 }), (a, b, scale) => {
        const sign = a < b ? -1 : a > b ? 1 : 0;
        assert.equal(compareDecimals(fromUnits(a, scale), fromUnits(b, scale)), sign);
      }),
    );
    assert.equal(compareDecimals("1.5", "1.50"), 0);
    assert.equal(compareDecimals("-0.1", "0"), -1);
  });

  it("are plain: no exponent, plus sign, bare point, leading zero or space", () => {
    for (const text of ["0", "-1", "12.50", "0.001", "9".repeat(60)]) assert.ok(isDecimal(text), text);
    for (const text of [
      "",
      "-",
      "+1",
      "01",
      "-01.5",
      ".5",
      "5.",
      "1e3",
      "1,5",
      " 1",
      "1\n",
      "NaN",
      "٣",
      "0x1",
      "1_0",
    ]) {
      assert.ok(!isDecimal(text), text);
    }
  });

  it("are widened to a scale and never rounded", () => {
    assert.equal(toScale("12.5", 2), "12.50");
    assert.equal(toScale("12", 2), "12.00");
    assert.equal(toScale("12", 0), "12");
    assert.equal(toScale("-0.0", 2), "0.00");
    assert.equal(toScale("-0.01", 2), "-0.01");
    assert.equal(toScale("12.345", 2), undefined);
    assert.equal(toScale("12.500", 2), undefined, "more digits than the scale, though zeros");
    assert.throws(() => toUnits("1.23", 1), RangeError);
  });

  it("count their digits before the point", () => {
    assert.deepEqual(["0.5", "-0.5", "1", "-123.4", "1000"].map(wholeDigits), [0, 0, 1, 3, 4]);
  });
});
