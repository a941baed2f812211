import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { idTimeMs, isAnyId, isId, isIdPrefix, newId } from "./ids.ts";

describe("newId", () => {
  it("makes a prefix and a UUIDv7 in 26 characters of Crockford base32", () => {
    const now = Date.now();
    const id = newId("apt", now);
    assert.match(id, /^apt_[0-7][0-9a-hjkmnp-tv-z]{25}$/);
    const bits = [...id.slice(4)].reduce(
      (sum, character) => sum * 32n + BigInt("0123456789abcdefghjkmnpqrstvwxyz".indexOf(character)),
      0n,
    );
    assert.equal(bits >> 80n, BigInt(now));
    assert.equal((bits >> 76n) & 15n, 7n, "version");
    assert.equal((bits >> 62n) & 3n, 2n, "variant");
    assert.equal(idTimeMs(id), now);
  });

  it("makes ids that sort in the order they were made, also when the clock stands or steps back", () => {
    const start = Date.now() + 120_000;
    const ids: string[] = [];
    for (let count = 0; count < 20_000; count++) ids.push(newId("x", start + (count % 7) - 3));
    assert.deepEqual([...ids].sort(), ids);
    assert.equal(new Set(ids).size, ids.length);
  });

  it("follows a clock set back by more than a minute", () => {
    const far = Date.now() + 10_000_000;
    newId("x", far);
    const back = far - 600_000;
    assert.equal(idTimeMs(newId("x", back)), back);
  });

  it("takes its randomness from the function given", () => {
    const ones = (size: number) => new Uint8Array(size).fill(255);
    assert.match(newId("x", Date.now() + 30_000_000, ones), /zzzzzzzzzzzz$/);
  });
});

describe("isId", () => {
  it("knows an id by its prefix, length and alphabet", () => {
    const id = newId("prv", Date.now());
    assert.ok(isId("prv", id) && isAnyId(id));
    for (const wrong of [
      "",
      "prv_",
      id.slice(1),
      `${id}0`,
      id.toUpperCase(),
      id.replace("_", "-"),
      `${id.slice(0, -1)}u`,
      `${id.slice(0, -1)}é`,
      `prv_8${id.slice(5)}`,
    ]) {
      assert.ok(!isId("prv", wrong), wrong);
    }
    assert.ok(!isId("pr", id) && !isId("pat", id));
    assert.ok(!isAnyId(`P${id}`) && !isAnyId(`_${id.slice(4)}`));
    assert.equal(idTimeMs("nonsense"), undefined);
  });
});

describe("isIdPrefix", () => {
  it("takes a lower-case letter and at most 15 letters or digits", () => {
    for (const prefix of ["a", "apt", "a1", "a234567890123456"]) assert.ok(isIdPrefix(prefix), prefix);
    for (const prefix of ["", "1a", "A", "aB", "a_b", "a-b", "é", "a2345678901234567"])
      assert.ok(!isIdPrefix(prefix), prefix);
  });
});
