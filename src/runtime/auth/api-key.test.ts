import assert from "node:assert/strict";
import { test } from "node:test";
import { generateApiKey, hashApiKey, hintOfApiKey, parseApiKey } from "./index.ts";

test("a key says whether it is live, and has 33 characters of base62", () => {
  assert.match(generateApiKey({ live: true }), /^ck_live_[0-9A-Za-z]{33}$/);
  assert.match(generateApiKey({ live: false }), /^ck_test_[0-9A-Za-z]{33}$/);
  assert.deepEqual(parseApiKey(generateApiKey({ live: true })), { live: true });
  assert.deepEqual(parseApiKey(generateApiKey({ live: false })), { live: false });
});

test("keys do not repeat and use every character alike", () => {
  const counts = new Map<string, number>();
  const keys = new Set<string>();
  for (let at = 0; at < 5000; at++) {
    const key = generateApiKey({ live: true });
    keys.add(key);
    for (const character of key.slice(8, 35)) counts.set(character, (counts.get(character) ?? 0) + 1);
  }
  assert.equal(keys.size, 5000);
  assert.equal(counts.size, 62);
  const expected = (5000 * 27) / 62;
  for (const [character, count] of counts) {
    assert.ok(Math.abs(count - expected) < expected * 0.2, `${character}: ${count}`);
  }
});

test("bytes that would favour some characters are thrown away", () => {
  const blocks = [new Uint8Array(27).fill(255), new Uint8Array(27).fill(61)];
  const key = generateApiKey({ live: true, randomBytes: () => blocks.shift() ?? new Uint8Array(27) });
  assert.equal(key.slice(8, 35), "z".repeat(27));
});

test("a key with any one character changed does not parse", () => {
  const key = generateApiKey({ live: true });
  for (let at = 0; at < key.length; at++) {
    const other = key[at] === "A" ? "B" : "A";
    assert.equal(parseApiKey(key.slice(0, at) + other + key.slice(at + 1)), undefined, `at ${at}`);
  }
});

test("what is not a key does not parse", () => {
  const key = generateApiKey({ live: true });
  for (const text of [
    "",
    "x",
    key.slice(0, -1),
    `${key}x`,
    ` ${key}`,
    `${key}\n`,
    key.toUpperCase(),
    "ck_live_",
  ]) {
    assert.equal(parseApiKey(text), undefined, JSON.stringify(text));
  }
});

test("a test key does not become a live one by its prefix", () => {
  assert.equal(parseApiKey(generateApiKey({ live: false }).replace("test", "live")), undefined);
});

test("the hash and the hint do not tell the key", () => {
  const key = generateApiKey({ live: true });
  assert.match(hashApiKey(key), /^[0-9a-f]{64}$/);
  assert.equal(hintOfApiKey(key), key.slice(0, 12));
});
