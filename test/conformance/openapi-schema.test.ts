import assert from "node:assert/strict";
import { test } from "node:test";
import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import fc from "fast-check";
import "../support/seed.ts";
import type { Violation } from "../../src/base/errors/index.ts";
import { emitJsonSchema } from "../../src/contract/emit/index.ts";
import { anyField, anyWire, nodeOf, validWire } from "../../src/contract/schema/arbitraries.test.ts";
import { compileDecoder, compileEncoder, type FieldNode } from "../../src/contract/schema/index.ts";

/** What JSON Schema has no words for: bounds of numbers in strings, sizes in bytes, which dates exist, NUL in text. */
const BEYOND_SCHEMA = new Set([
  "bad_text",
  "bad_format",
  "bad_key",
  "not_exact",
  "too_small",
  "too_big",
  "too_deep",
  "too_long",
]);

function validatorOf(field: FieldNode, direction: "input" | "output"): ValidateFunction {
  const ajv = new Ajv2020({
    allErrors: false,
    strict: true,
    allowUnionTypes: true,
    strictRequired: false,
    ownProperties: true,
  });
  addFormats.default(ajv);
  return ajv.compile(JSON.parse(JSON.stringify(emitJsonSchema(field, { direction }))));
}

/** A value as a reader of JSON without exact integers has it; undefined for one that JSON cannot carry. */
function asJson(wire: unknown): unknown {
  try {
    return JSON.parse(
      JSON.stringify(wire, (_, value) => (typeof value === "bigint" ? Number(value) : value)),
    );
  } catch {
    return undefined;
  }
}

/** Whether the value went through JSON unchanged, integers aside. */
function isCarried(wire: unknown): boolean {
  if (typeof wire === "string" || typeof wire === "boolean" || wire === null) return true;
  if (typeof wire === "number" || typeof wire === "bigint") return Number.isFinite(Number(wire));
  if (Array.isArray(wire)) return Object.keys(wire).length === wire.length && wire.every(isCarried);
  if (typeof wire !== "object") return false;
  const prototype = Object.getPrototypeOf(wire);
  return (prototype === Object.prototype || prototype === null) && Object.values(wire).every(isCarried);
}

const fieldAndWire = (wires: (node: FieldNode) => fc.Arbitrary<unknown>) =>
  anyField
    .map(nodeOf)
    .chain((node) => fc.tuple(fc.constant(node), fc.array(wires(node), { minLength: 1, maxLength: 8 })));

test("the emitted schema takes every valid value", () => {
  fc.assert(
    fc.property(fieldAndWire(validWire), ([node, wires]) => {
      const validate = validatorOf(node, "input");
      for (const wire of wires)
        assert.ok(validate(asJson(wire)), JSON.stringify([validate.errors, asJson(wire)]));
    }),
    { numRuns: 100 },
  );
});

test("the emitted schema and the server agree on every value, but for what a schema cannot say", () => {
  let refused = 0;
  fc.assert(
    fc.property(fieldAndWire(anyWire), ([node, wires]) => {
      const validate = validatorOf(node, "input");
      const decode = compileDecoder(node);
      for (const wire of wires) {
        if (!isCarried(wire)) continue;
        const violations: Violation[] = [];
        decode(wire, "", violations);
        const accepted = validate(asJson(wire));
        const told = () => JSON.stringify([node, asJson(wire), violations, validate.errors]);
        if (!accepted) {
          refused++;
          assert.ok(violations.length > 0, `refused by the schema only: ${told()}`);
        } else {
          assert.ok(
            violations.every(({ code }) => BEYOND_SCHEMA.has(code)),
            `refused by the server only: ${told()}`,
          );
        }
      }
    }),
    { numRuns: 200 },
  );
  assert.ok(refused > 150, `only ${refused} values were refused`);
});

test("what the server sends fits the emitted schema", () => {
  fc.assert(
    fc.property(fieldAndWire(validWire), ([node, wires]) => {
      const validate = validatorOf(node, "output");
      const decode = compileDecoder(node);
      const encode = compileEncoder(node);
      for (const wire of wires) {
        const sent = asJson(encode(decode(wire, "", [])));
        assert.ok(validate(sent), JSON.stringify([validate.errors, sent]));
      }
    }),
    { numRuns: 100 },
  );
});
