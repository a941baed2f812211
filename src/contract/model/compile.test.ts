import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import "../../../test/support/seed.ts";
import { atlas } from "../../../examples/atlas/contract.ts";
import { clinic } from "../../../examples/clinic/contract.ts";
import { damagedContracts, validContracts } from "../../../test/support/generate-contract.ts";
import { UsageError } from "../../base/errors/index.ts";
import { compile, type Model } from "./index.ts";

/** Whether everything in a value is frozen. */
function isDeeplyFrozen(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return true;
  return Object.isFrozen(value) && Object.values(value).every(isDeeplyFrozen);
}

function assertIsModel(model: Model): void {
  assert.deepEqual(JSON.parse(JSON.stringify(model)), model);
  assert.ok(isDeeplyFrozen(model));
}

describe("compile", () => {
  it("makes frozen models of the examples that JSON carries whole", () => {
    for (const contract of [clinic, atlas]) assertIsModel(compile(contract));
  });

  it("makes the same model each time, and leaves the contract as it was", () => {
    const first = compile(clinic);
    assert.deepEqual(compile(clinic), first);
    assert.ok(!Object.isFrozen(clinic.options.operations));
  });

  it("makes a frozen model, which JSON carries whole, of any right contract", () => {
    fc.assert(
      fc.property(validContracts, (contract) => assertIsModel(compile(contract))),
      { numRuns: 300 },
    );
  });

  it("throws nothing but a UsageError at whatever is wrong", () => {
    let refused = 0;
    fc.assert(
      fc.property(damagedContracts, (contract) => {
        try {
          assertIsModel(compile(contract));
        } catch (thrown) {
          if (!(thrown instanceof UsageError)) throw thrown;
          refused += 1;
          for (const mistake of thrown.mistakes) {
            for (const text of Object.values(mistake)) assert.ok(typeof text === "string" && text !== "");
          }
        }
      }),
      { numRuns: 1000 },
    );
    assert.ok(refused > 300, `only ${refused} of 1000 were wrong`);
  });
});
