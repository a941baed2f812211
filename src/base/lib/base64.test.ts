import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import "../../../test/support/seed.ts";
import { base64ByteLength, decodeBase64, encodeBase64 } from "./base64.ts";

describe("base64", () => {
  it("gives back all bytes and agrees with Node", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        const text = encodeBase64(bytes);
        assert.equal(text, Buffer.from(bytes).toString("base64"));
        assert.deepEqual(decodeBase64(text), bytes);
        assert.equal(base64ByteLength(text), bytes.length);
      }),
    );
    const large = new Uint8Array(100_000).fill(7);
    assert.deepEqual(decodeBase64(encodeBase64(large)), large);
  });

  it("takes one text for each value only", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom("A", "Q", "=", "/", "-", " "), maxLength: 8 }),
        (text) => {
          const bytes = decodeBase64(text);
          if (bytes) assert.equal(encodeBase64(bytes), text);
          else assert.notEqual(Buffer.from(text, "base64").toString("base64"), text);
        },
      ),
    );
    for (const text of [
      "QQ",
      "QQ=",
      "QR==",
      "QQ==\n",
      "QQ= =",
      "Q-_=",
      "====",
      "=",
      "QQ==QQ==",
      "Q\u0141==",
      "QUJ=QUJD",
    ]) {
      assert.equal(decodeBase64(text), undefined, text);
    }
  });
});
