import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import "../../../test/support/seed.ts";
import { UsageError, type Violation } from "../../base/errors/index.ts";
import { newId, parseJson, stringifyJson } from "../../base/lib/index.ts";
import { anyField, anyWire, nodeOf, validWire } from "./arbitraries.test.ts";
import { compileDecoder } from "./compile-decoder.ts";
import { compileEncoder } from "./compile-encoder.ts";
import { type DecoderOptions, interpretDecode } from "./interpret-decode.ts";
import { interpretEncode } from "./interpret-encode.ts";
import type { Decoder } from "./leaf-decoder.ts";
import type { FieldNode } from "./node.ts";
import { t } from "./t.ts";
import { VIOLATION_CODES } from "./violations.ts";

/** A field and some values for it: compiling is the slow part. */
function several(wires: (node: FieldNode) => fc.Arbitrary<unknown>) {
  return anyField
    .map(nodeOf)
    .chain((node) => fc.tuple(fc.constant(node), fc.array(wires(node), { minLength: 8, maxLength: 8 })));
}

/** Decodes by both readings, which must agree. */
function bothReadings(node: FieldNode, options: DecoderOptions = {}) {
  let fallbacks = 0;
  const decode = compileDecoder(node, { ...options, onFallback: () => fallbacks++ });
  return (wire: unknown) => decodeTwice(node, wire, options, decode, () => fallbacks);
}

function decodeTwice(
  node: FieldNode,
  wire: unknown,
  options: DecoderOptions,
  decode: Decoder,
  fallbacks: () => number,
) {
  const before = fallbacks();
  const compiled: Violation[] = [];
  const value = decode(wire, "", compiled);
  const interpreted: Violation[] = [];
  const expected = interpretDecode(node, wire, "", interpreted, options);
  assert.deepEqual(compiled, interpreted);
  if (compiled.length === 0) assert.deepEqual(value, expected);
  return { value, violations: compiled, fast: fallbacks() === before };
}

describe("compileDecoder, held to the slow reading", () => {
  it("reads every valid value the same way, by the generated code", () => {
    let fast = 0;
    let all = 0;
    fc.assert(
      fc.property(several(validWire), ([node, wires]) => {
        const decode = bothReadings(node);
        for (const result of wires.map((wire) => decode(wire))) {
          assert.deepEqual(result.violations, []);
          all++;
          if (result.fast) fast++;
        }
      }),
      { numRuns: 300 },
    );
    assert.equal(fast, all, "the generated code gave up on a valid value");
  });

  it("refuses every invalid value the same way, and never throws", () => {
    let invalid = 0;
    fc.assert(
      fc.property(several(anyWire), ([node, wires]) => {
        const decode = bothReadings(node, { readOnly: ["zz"], prefixes: { slot: "slot" } });
        for (const { violations } of wires.map((wire) => decode(wire))) {
          if (violations.length > 0) invalid++;
          for (const { code, pointer } of violations) {
            assert.ok(Object.hasOwn(VIOLATION_CODES, code), code);
            assert.ok(pointer === "" || pointer.startsWith("/"), pointer);
          }
        }
      }),
      { numRuns: 500 },
    );
    assert.ok(invalid > 1000, `${invalid} invalid values are too few to mean something`);
  });

  it("reads back what the encoders write, both by generated code", () => {
    fc.assert(
      fc.property(several(validWire), ([node, wires]) => {
        let fallbacks = 0;
        const decode = bothReadings(node);
        const encode = compileEncoder(node, { onFallback: () => fallbacks++ });
        for (const { value } of wires.map((wire) => decode(wire))) {
          const encoded = encode(value);
          assert.equal(fallbacks, 0);
          assert.deepEqual(encoded, interpretEncode(node, value));
          for (const wire of [encoded, parseJson(stringifyJson(encoded))]) {
            const again = decode(wire);
            assert.deepEqual(again.violations, []);
            assert.deepEqual(again.value, value);
          }
        }
      }),
      { numRuns: 300 },
    );
  });

  it("falls back where a field has the name of something every object inherits", () => {
    const node = nodeOf(t.object({ toString: t.string().optional(), valueOf: t.int32() }));
    assert.deepEqual(bothReadings(node)({ valueOf: 1 }), {
      value: { valueOf: 1 },
      violations: [],
      fast: true,
    });
    assert.equal(bothReadings(node)({}).violations[0]?.pointer, "/valueOf");
  });

  it("gives each input its own copy of a default", () => {
    const decode = compileDecoder(nodeOf(t.object({ tags: t.list(t.string()).default([]) })));
    const first = decode({}, "", []) as { tags: string[] };
    first.tags.push("changed");
    assert.deepEqual(decode({}, "", []), { tags: [] });
  });

  it("gives every path the same answer where keys are hostile", () => {
    const map = bothReadings(nodeOf(t.map(t.int32())));
    for (const key of ["__proto__", "constructor", "prototype", "a\0", "\ud800", "k".repeat(256)]) {
      const { violations } = map(Object.fromEntries([[key, 1]]));
      assert.deepEqual(
        violations.map(({ code }) => code),
        ["bad_key"],
        key,
      );
    }
    const encode = compileEncoder(nodeOf(t.map(t.int32())));
    assert.throws(() => encode(Object.fromEntries([["__proto__", 1]])), UsageError);
    const refs = bothReadings(nodeOf(t.ref("slot")), { prefixes: { slot: "slot" } });
    assert.equal(refs(newId("apt", 0)).violations[0]?.code, "bad_format");
    assert.equal(refs(newId("slot", 0)).fast, true);
  });

  it("refuses values that hold themselves, in time", () => {
    const circular: Record<string, unknown> = {};
    Object.assign(circular, { a: circular, b: circular, c: [circular] });
    const { violations } = bothReadings(nodeOf(t.json()))(circular);
    assert.equal(violations[0]?.code, "too_deep");
    assert.throws(() => compileEncoder(nodeOf(t.json()))(circular), UsageError);
  });

  it("reads a patch: null removes an optional field, and a required one cannot be removed", () => {
    const patch: FieldNode = {
      type: {
        kind: "object",
        fields: {
          name: { type: { kind: "string", maxLength: 9 }, optional: true },
          phone: { type: { kind: "string", maxLength: 9 }, optional: true, nullable: true },
        },
      },
    };
    const read = bothReadings(patch, { readOnly: ["id"] });
    assert.deepEqual(read({}).value, {});
    assert.deepEqual(read({ phone: null }).value, { phone: null });
    assert.deepEqual(
      read({ name: null, id: "x" }).violations.map(({ pointer, code }) => [pointer, code]),
      [
        ["/name", "wrong_type"],
        ["/id", "read_only"],
      ],
    );
  });

  it("reports at most 256 violations", () => {
    const wire = Object.fromEntries(Array.from({ length: 1000 }, (_, index) => [`k${index}`, 1]));
    assert.equal(bothReadings(nodeOf(t.object({})))(wire).violations.length, 256);
  });

  it("shows no value in a message", () => {
    fc.assert(
      fc.property(
        anyField.map(nodeOf).filter((node) => node.type.kind !== "enum"),
        (node) => {
          const { violations } = bothReadings(node)("s3cret-value");
          for (const { message } of violations) assert.doesNotMatch(message, /s3cret/);
        },
      ),
    );
    const inner = bothReadings(
      nodeOf(t.object({ pin: t.string({ maxLength: 4, pattern: "^\\d+$", sensitive: true }) })),
    );
    for (const pin of ["s3cret", "s3c", 0.4242]) {
      assert.doesNotMatch(JSON.stringify(inner({ pin }).violations), /s3c|4242/);
    }
  });

  it("reads without generated code where the platform forbids it", () => {
    const original = globalThis.Function;
    globalThis.Function = class extends original {
      constructor(...texts: string[]) {
        super(...texts);
        throw new EvalError("forbidden");
      }
    } as FunctionConstructor;
    try {
      const node = nodeOf(t.object({ a: t.int64() }));
      assert.deepEqual(compileDecoder(node)({ a: "1" }, "", []), { a: 1n });
      assert.deepEqual(compileEncoder(node)({ a: 1n }), { a: "1" });
    } finally {
      globalThis.Function = original;
    }
  });
});
