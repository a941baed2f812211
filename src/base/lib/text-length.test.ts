import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import "../../../test/support/seed.ts";
import { codePointLength, utf8Length } from "./text-length.ts";

describe("text lengths", () => {
  it("count code points and UTF-8 bytes", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        assert.equal(codePointLength(text), [...text].length);
        if (text.isWellFormed()) assert.equal(utf8Length(text), new TextEncoder().encode(text).length);
      }),
      { numRuns: 500 },
    );
    assert.equal(codePointLength("a😀é"), 3);
    assert.equal(codePointLength("\udc00\ud800\udc00"), 2);
  });
});
