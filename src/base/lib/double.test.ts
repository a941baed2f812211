import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import "../../../test/support/seed.ts";
import { isWritingOf, toDouble } from "./double.ts";

describe("isWritingOf", () => {
  it("knows every double in whatever number of digits it is printed", () => {
    fc.assert(
      fc.property(
        fc.double({ noNaN: true, noDefaultInfinity: true }),
        fc.integer({ min: 1, max: 60 }),
        (value, digits) => {
          assert.ok(isWritingOf(String(value), value));
          const rounded = Number(value.toPrecision(digits));
          // The largest doubles round up to what is none.
          assert.equal(isWritingOf(value.toPrecision(digits), rounded), Number.isFinite(rounded));
          assert.ok(isWritingOf(value.toPrecision(Math.max(17, digits)), value));
        },
      ),
      { numRuns: 1000 },
    );
  });

  it("knows that other digits are not the double's", () => {
    assert.ok(!isWritingOf("9007199254740993", 9007199254740992));
    assert.ok(!isWritingOf("3.14159265358979323846", Math.PI));
    assert.ok(!isWritingOf("99999999999999999", 1e17));
    assert.ok(!isWritingOf("1.797693134862316e+308", Number("1.797693134862316e+308")));
  });
});

describe("toDouble", () => {
  it("takes whole numbers that are a double, or are printed for one", () => {
    assert.equal(toDouble(2n ** 60n), 2 ** 60);
    assert.equal(toDouble(BigInt(String(2 ** 60))), 2 ** 60);
    assert.equal(toDouble(BigInt(Number.MAX_VALUE)), Number.MAX_VALUE);
    assert.equal(toDouble(2n ** 53n + 1n), undefined);
    assert.equal(toDouble(10n ** 400n), undefined);
  });
});
