import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { assertMistake, modelOf } from "../../../test/support/mistakes.ts";
import { anyone, command, type Operation, query, resource, t } from "../../index.ts";

const long = (options: object) => command("work", options);

describe("long-running commands", () => {
  it("bring the resource of operations, for their callers only", () => {
    const { operations, resources } = modelOf({ operations: [long({ longRunning: true })] });
    assert.deepEqual(operations.work?.longRunning, { timeoutMs: 3_600_000, maxAttempts: 10 });
    assert.deepEqual(
      Object.values(operations).map(({ id, http, whenDenied }) => [
        id,
        `${http?.method} ${http?.path}`,
        whenDenied,
      ]),
      [
        ["work", "POST /work", "forbidden"],
        ["operation.list", "GET /operations", "not-found"],
        ["operation.get", "GET /operations/{id}", "not-found"],
        ["operation.cancel", "POST /operations/{id}/cancel", "not-found"],
      ],
    );
    const own = [{ kind: "principal", rows: { kind: "self", field: "principal" } }];
    for (const id of ["operation.list", "operation.get", "operation.cancel"]) {
      assert.deepEqual(operations[id]?.access, own);
    }
    assert.equal(resources.operation?.table, "concordat_operations");
  });

  it("leave contracts without them as they are", () => {
    const Operation = resource("operation", { id: t.id("opr"), name: t.string() }, { plural: "surgeries" });
    const { operations, resources } = modelOf({ resources: [Operation], operations: [command("work")] });
    assert.equal(operations["operation.cancel"], undefined);
    assert.deepEqual(resources.operation?.path, "surgeries");
  });

  it("take a timeout and a number of tries", () => {
    const { operations } = modelOf({ operations: [long({ longRunning: { timeoutMs: 5, maxAttempts: 1 } })] });
    assert.deepEqual(operations.work?.longRunning, { timeoutMs: 5, maxAttempts: 1 });
  });

  it("are told what is wrong with them", () => {
    const at = (options: object, part: object) =>
      assertMistake({ operations: [long(options)] }, { place: "operation work, longRunning", ...part });
    at({ longRunning: false }, { expected: "true, or an object", found: "false" });
    at({ longRunning: "yes" }, { expected: "true, or an object", found: '"yes"' });
    at({ longRunning: true, access: [anyone] }, { found: "anyone may call" });
    const options = "operation work, longRunning.";
    at({ longRunning: { timeoutMs: 0 } }, { place: `${options}timeoutMs`, found: "0" });
    at({ longRunning: { maxAttempts: 1.5 } }, { place: `${options}maxAttempts`, found: "1.5" });
    at({ longRunning: { timeout: 5 } }, { place: `${options}timeout`, fix: "timeoutMs" });
  });

  it("are commands", () => {
    const wrong: Operation = query("work", Object({ longRunning: true }));
    assertMistake(
      { operations: [wrong] },
      { place: "operation work, longRunning", expected: "an option that exists" },
    );
  });

  it("need the name of their resource", () => {
    const Operation = resource("operation", { id: t.id("opr"), name: t.string() }, { plural: "surgeries" });
    assertMistake(
      { resources: [Operation], operations: [long({ longRunning: true })] },
      { place: "operation work, longRunning", expected: "no resource named operation", fix: "rename" },
    );
  });
});
