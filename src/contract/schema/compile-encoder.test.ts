import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import "../../../test/support/seed.ts";
import { UsageError } from "../../base/errors/index.ts";
import { anyField, breakOne, junk, nodeOf, validWire } from "./arbitraries.test.ts";
import { compileDecoder } from "./compile-decoder.ts";
import { compileEncoder, isIdentityEncoder } from "./compile-encoder.ts";
import { interpretEncode } from "./interpret-encode.ts";
import type { FieldNode } from "./node.ts";
import { t } from "./t.ts";

function outcome(encode: () => unknown): unknown {
  try {
    return { wire: encode() };
  } catch (error) {
    assert.ok(error instanceof UsageError, String(error));
    return { mistakes: error.mistakes };
  }
}

/** Program values of a field, valid or broken in a place. */
function programValues(node: FieldNode): fc.Arbitrary<unknown> {
  const valid = validWire(node).map((wire) => compileDecoder(node)(wire, "", []));
  const broken = fc
    .tuple(valid, fc.record({ place: fc.nat(), how: fc.nat(), value: junk }))
    .map(([value, how]) => breakOne(value, how));
  return fc.oneof({ arbitrary: broken, weight: 4 }, valid, junk);
}

describe("compileEncoder, held to the slow reading", () => {
  it("writes or refuses every value the same way", () => {
    let refused = 0;
    fc.assert(
      fc.property(
        anyField
          .map(nodeOf)
          .chain((node) => fc.tuple(fc.constant(node), fc.array(programValues(node), { minLength: 6 }))),
        ([node, values]) => {
          const encode = compileEncoder(node);
          for (const value of values) {
            const result = outcome(() => encode(value));
            assert.deepEqual(
              result,
              outcome(() => interpretEncode(node, value)),
            );
            if (typeof result === "object" && result !== null && "mistakes" in result) refused++;
          }
        },
      ),
      { numRuns: 300 },
    );
    assert.ok(refused > 200, `${refused} refused values are too few to mean something`);
  });

  it("names the place and shows no value", () => {
    const encode = compileEncoder(
      nodeOf(t.object({ rows: t.list(t.object({ at: t.timestamp(), n: t.int64() })) })),
    );
    const value = {
      rows: [
        { at: "2026-11-01T09:00:00Z", n: 1n },
        { at: "s3cret", n: 1 },
      ],
    };
    assert.throws(
      () => encode(value),
      (error: Error) => {
        assert.match(
          error.message,
          /^value to send, at "\/rows\/1\/at": expected an RFC 3339 timestamp, found a string without that form\./,
        );
        assert.doesNotMatch(error.message, /s3cret/);
        return true;
      },
    );
    assert.throws(
      () => encode({ rows: [{ at: "2026-11-01T09:00:00Z", n: 1 }] }),
      /at "\/rows\/0\/n": expected a bigint of 64 bits, found a number\./,
    );
    assert.throws(() => encode({}), /at "\/rows": expected an array, found nothing\./);
    assert.throws(() => encode(undefined), /at "": expected an object, found nothing\./);
  });

  it("refuses values of another type for each kind", () => {
    const wrong: [Parameters<typeof nodeOf>[0], unknown][] = [
      [t.string(), 1],
      [t.bool(), "true"],
      [t.int32(), 1.5],
      [t.int32(), 2 ** 31],
      [t.float64(), Number.NaN],
      [t.int64(), 1],
      [t.int64(), 2n ** 63n],
      [t.decimal({ precision: 3, scale: 1 }), "1.23"],
      [t.money({ currency: "EUR" }), 80],
      [t.timestamp(), new Date(0)],
      [t.date(), "2026-02-30"],
      [t.duration(), "P1M"],
      [t.bytes(), "AQI="],
      [t.enum(["a"]), 1],
      [t.list(t.bool()), {}],
      [t.map(t.bool()), []],
      [t.object({}), []],
      [t.union("k", { a: t.object({}) }), { k: "b" }],
      [t.union("k", { a: t.object({}) }), null],
      [t.json(), null],
      [t.json(), undefined],
      [t.json(), { a: "\0" }],
    ];
    for (const [field, value] of wrong)
      assert.throws(() => compileEncoder(nodeOf(field))(value), UsageError, field.spec.type.kind);
  });

  it("cuts objects down to their fields and brings values to their one form", () => {
    const encode = compileEncoder(
      nodeOf(
        t.object({
          price: t.money({ currency: "EUR" }),
          at: t.timestamp(),
          note: t.string().optional(),
          size: t.float64(),
        }),
      ),
    );
    const given = { password: "x", price: "2.5", at: "2026-11-01T10:00:00+01:00", note: undefined, size: -0 };
    assert.equal(JSON.stringify(encode(given)), '{"price":"2.50","at":"2026-11-01T09:00:00Z","size":0}');
    class Row {
      price = "1";
      at = "2026-11-01T09:00:00Z";
      get size() {
        return 2;
      }
    }
    assert.deepEqual(encode(new Row()), { price: "1.00", at: "2026-11-01T09:00:00Z", size: 2 });
  });
});

describe("isIdentityEncoder", () => {
  it("is true only where encoding gives back every decoded value", () => {
    let identities = 0;
    fc.assert(
      fc.property(
        anyField
          .map(nodeOf)
          .filter(isIdentityEncoder)
          .chain((node) => fc.tuple(fc.constant(node), validWire(node))),
        ([node, wire]) => {
          identities++;
          const value = compileDecoder(node)(wire, "", []);
          assert.deepEqual(compileEncoder(node)(value), value);
        },
      ),
    );
    assert.ok(identities >= 100);
    assert.ok(isIdentityEncoder(nodeOf(t.list(t.string()))));
    for (const field of [
      t.int64(),
      t.bytes(),
      t.float64(),
      t.object({}),
      t.list(t.int64()),
      t.map(t.bytes()),
    ]) {
      assert.ok(!isIdentityEncoder(nodeOf(field)));
    }
  });
});
