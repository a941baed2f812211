import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { atlas } from "../../../examples/atlas/contract.ts";
import { clinic } from "../../../examples/clinic/contract.ts";
import { conduit } from "../../../examples/conduit/contract.ts";
import { fileService } from "../../../test/support/file-service.ts";
import { validContracts } from "../../../test/support/generate-contract.ts";
import type { Api } from "../language/index.ts";
import { compile } from "./compile.ts";
import type { Model, OperationModel } from "./model.ts";
import { outline } from "./outline.ts";

/** What an outline should say of an operation, read off the model. */
function expected(model: Model, operation: OperationModel): unknown {
  const {
    id,
    kind,
    name,
    resource,
    method,
    input,
    output,
    idempotency,
    deadlineMs,
    http,
    errors,
    longRunning,
  } = operation;
  const { method: verb, path, parameters, query, body, answer } = http!;
  const parts = {
    id,
    kind,
    name,
    resource,
    method,
    input,
    output,
    idempotency,
    deadlineMs,
    ...(longRunning ? { longRunning: true } : {}),
  };
  return plain({
    ...parts,
    http: { method: verb, path, parameters, query, body, answer },
    errors: Object.fromEntries(errors.map((code) => [code, model.errors[code]?.data ?? null])),
  });
}

/** As JSON has it, without defaults and examples, which an outline leaves out. */
function plain(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value, (key, inner) => {
      const isNode = typeof inner === "object" && inner !== null && typeof inner.type?.kind === "string";
      if (!isNode) return key === "" || inner !== undefined ? inner : undefined;
      const { default: _default, example: _example, ...rest } = inner;
      return rest;
    }),
  );
}

function agrees(api: Api): void {
  const model = compile(api);
  const outlined = outline(api);
  assert.equal(outlined.base, model.rest.base);
  const offered = Object.values(model.operations).filter(({ http }) => http !== undefined);
  assert.deepEqual([...outlined.operations].sort(), offered.map(({ id }) => id).sort());
  for (const operation of offered) {
    const found = outlined.operation(operation.id);
    assert.ok(found);
    const errors = Object.fromEntries(
      Object.entries(found.errors).map(([code, data]) => [code, data ?? null]),
    );
    assert.deepEqual(plain({ ...found, errors }), expected(model, operation));
  }
  for (const [name, { fields }] of Object.entries(model.resources)) {
    assert.deepEqual(plain(outlined.fields(name)), plain(fields));
  }
}

test("an outline says of the examples what their models say", () => {
  for (const api of [clinic, atlas, conduit, fileService.api]) agrees(api);
});

test("an outline says of any contract what its model says", () => {
  fc.assert(fc.property(validContracts, agrees), { seed: Number(process.env.SEED ?? 1), numRuns: 100 });
});
