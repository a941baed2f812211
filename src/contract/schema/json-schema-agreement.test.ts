import assert from "node:assert/strict";
import { it } from "node:test";
import { Ajv2020 } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import fc from "fast-check";
import "../../../test/support/seed.ts";
import type { Violation } from "../../base/errors/index.ts";
import { emitJsonSchema } from "../emit/index.ts";
import { anyField, anyWire, nodeOf, validWire } from "./arbitraries.test.ts";
import { compileDecoder } from "./compile-decoder.ts";
import { compileEncoder } from "./compile-encoder.ts";
import type { FieldNode } from "./node.ts";

const ajv = new Ajv2020({ strict: false, logger: false, ownProperties: true });
addFormats.default(ajv);
for (const format of ["int32", "int64", "double"]) ajv.addFormat(format, true);

function validator(node: FieldNode, direction: "input" | "output") {
  return ajv.compile(emitJsonSchema(node, { direction }) as object);
}

it("the emitted JSON Schema of a field takes every input its decoder takes, and every output its encoder makes", () => {
  fc.assert(
    fc.property(
      anyField
        .map(nodeOf)
        .chain((node) => fc.tuple(fc.constant(node), fc.array(validWire(node), { minLength: 5 }))),
      ([node, wires]) => {
        const input = validator(node, "input");
        const output = validator(node, "output");
        const decode = compileDecoder(node);
        const encode = compileEncoder(node);
        for (const wire of wires.map(asJson)) {
          assert.ok(input(wire), `${JSON.stringify(wire)} ${ajv.errorsText(input.errors)}`);
          const sent = asJson(encode(decode(wire, "", [])));
          assert.ok(output(sent), `${JSON.stringify(sent)} ${ajv.errorsText(output.errors)}`);
        }
      },
    ),
    { numRuns: 150 },
  );
});

it("what the emitted JSON Schema refuses, the decoder refuses", () => {
  fc.assert(
    fc.property(
      anyField
        .map(nodeOf)
        .chain((node) => fc.tuple(fc.constant(node), fc.array(anyWire(node), { minLength: 5 }))),
      ([node, wires]) => {
        const input = validator(node, "input");
        const decode = compileDecoder(node);
        for (const wire of wires) {
          const json = tryJson(wire);
          if (json === undefined || input(json)) continue;
          const violations: Violation[] = [];
          decode(json, "", violations);
          assert.ok(violations.length > 0, `${JSON.stringify(json)} ${ajv.errorsText(input.errors)}`);
        }
      },
    ),
    { numRuns: 200 },
  );
});

/** The value as ajv sees it: bigint as its digits. */
function asJson(wire: unknown): unknown {
  return JSON.parse(
    JSON.stringify(wire, (_key, value) => (typeof value === "bigint" ? String(value) : value)),
  );
}

function tryJson(wire: unknown): unknown {
  const text = JSON.stringify(wire, (_key, value) => (typeof value === "bigint" ? undefined : value));
  return text === undefined ? undefined : JSON.parse(text);
}
