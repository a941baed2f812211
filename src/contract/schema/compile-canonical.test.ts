import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import "../../../test/support/seed.ts";
import { canonicalJson } from "../../base/lib/index.ts";
import { anyField, nodeOf, validWire } from "./arbitraries.test.ts";
import { compileCanonical } from "./compile-canonical.ts";
import { compileDecoder } from "./compile-decoder.ts";
import { compileEncoder } from "./compile-encoder.ts";
import { isFileValue, ReceivedFile } from "./file-value.ts";
import { t } from "./t.ts";

/** The same value with the keys of its objects the other way round, and its files under another id. */
function rewritten(value: unknown): unknown {
  if (value instanceof ReceivedFile) return new ReceivedFile({ ...value, id: "file_other" } as never);
  if (Array.isArray(value)) return value.map(rewritten);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, inner]) => [key, rewritten(inner)]),
  );
}

/** What two values must share to mean the same: their wire form, files without their ids. */
function meaning(value: unknown): unknown {
  if (isFileValue(value)) return { ...value, id: "" };
  if (Array.isArray(value)) return value.map(meaning);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, meaning(inner)]));
}

test("values have one text if and only if they mean the same, whatever their type", () => {
  let [same, other] = [0, 0];
  fc.assert(
    fc.property(
      anyField
        .map(nodeOf)
        .chain((node) => fc.tuple(fc.constant(node), fc.array(validWire(node), { maxLength: 4 }))),
      ([node, wires]) => {
        const write = compileCanonical(node);
        const decode = (wire: unknown) => compileDecoder(node)(wire, "", []);
        const encode = compileEncoder(node);
        const values = wires.map(decode);
        for (const [at, one] of values.entries()) {
          assert.equal(write(decode(rewritten(wires[at]))), write(one));
          for (const two of values.slice(at)) {
            const isSame = canonicalJson(meaning(encode(one))) === canonicalJson(meaning(encode(two)));
            assert.equal(write(one) === write(two), isSame, `${write(one)}\n${write(two)}`);
            if (isSame) same++;
            else other++;
          }
        }
      },
    ),
    { numRuns: 300 },
  );
  assert.ok(same > 200 && other > 200, `${same} equal and ${other} different pairs mean little`);
});

test("null, absent and the default are told apart only where they mean different things", () => {
  const node = nodeOf(
    t.object({ a: t.int32().nullable().optional(), b: t.string().default("x"), c: t.bool().optional() }),
  );
  const write = (wire: unknown) => compileCanonical(node)(compileDecoder(node)(wire, "", []));
  assert.equal(write({}), "{}");
  assert.equal(write({ b: "x" }), "{}");
  assert.equal(write({ a: null, b: "y" }), '{"a":null,"b":"y"}');
  assert.equal(write({ c: false, a: 0 }), '{"a":0,"c":false}');
});

test("a contract that gains fields, or has them in another order, writes the same for what was there", () => {
  const before = nodeOf(t.object({ b: t.int64(), a: t.decimal({ precision: 6, scale: 2 }) }));
  const after = nodeOf(
    t.object({
      a: t.decimal({ precision: 6, scale: 2 }),
      new: t.string().optional(),
      b: t.int64(),
      list: t.list(t.int32()).default([1]),
    }),
  );
  const wire = { b: "9007199254740993", a: "1.5" };
  const [one, two] = [before, after].map((node) =>
    compileCanonical(node)(compileDecoder(node)(wire, "", [])),
  );
  assert.equal(one, '{"a":"1.50","b":9007199254740993}');
  assert.equal(two, one);
});
