import assert from "node:assert/strict";
import { test } from "node:test";
import { canonicalJson } from "./canonical-json.ts";

test("equal values have equal texts, whatever the order of their keys", () => {
  const one = canonicalJson({ b: [1, { y: "2", x: null }], a: true, big: 2n ** 70n });
  assert.equal(one, '{"a":true,"b":[1,{"x":null,"y":"2"}],"big":1180591620717411303424}');
  assert.equal(canonicalJson({ big: 2n ** 70n, a: true, b: [1, { x: null, y: "2" }] }), one);
});

test("a whole number has one text, as a bigint and as a double", () => {
  for (const whole of [0n, 5n, -7n, 2n ** 53n, 2n ** 60n, 10n ** 21n, -(10n ** 22n)]) {
    assert.equal(canonicalJson(Number(whole)), canonicalJson(whole));
  }
  assert.notEqual(canonicalJson(2n ** 53n + 1n), canonicalJson(2 ** 53));
});

test("different values have different texts", () => {
  const values = [
    [],
    {},
    [[]],
    "",
    "[]",
    1,
    "1",
    null,
    [null],
    ["a", "b"],
    ["b", "a"],
    { a: 1 },
    { a: "1" },
    true,
  ];
  assert.equal(new Set(values.map(canonicalJson)).size, values.length);
});

test("what JSON has no form for is null in lists, and undefined fields are not there", () => {
  assert.equal(canonicalJson([undefined, Symbol("x")]), "[null,null]");
  assert.equal(canonicalJson({ a: undefined, b: 1 }), '{"b":1}');
});
