import assert from "node:assert/strict";
import { test } from "node:test";
import { Ajv2020 } from "ajv/dist/2020.js";
import fc from "fast-check";
import atlas from "../../../examples/atlas/service.ts";
import clinic from "../../../examples/clinic/service.ts";
import conduit from "../../../examples/conduit/service.ts";
import { validContracts } from "../../../test/support/generate-contract.ts";
import { compile, type Service } from "../../index.ts";
import type { Model } from "../model/index.ts";
import { createToolEmitter, type ToolDescription } from "./tool.ts";
import { isTool } from "./tool-arguments.ts";

function toolsOf(model: Model): ReadonlyMap<string, ToolDescription> {
  const emit = createToolEmitter(model);
  const tools = Object.values(model.operations)
    .filter(isTool)
    .map((operation) => emit(operation).tool);
  return new Map(tools.map((tool) => [tool.name, tool]));
}

/** Throws for a schema that JSON Schema 2020-12 does not know, or that leans on something outside of it. */
function checkSchemas({ name, inputSchema, outputSchema }: ToolDescription): void {
  for (const schema of [inputSchema, outputSchema]) {
    if (schema === undefined) continue;
    const text = JSON.stringify(schema);
    assert.ok(!text.includes('"$ref"'), `${name} refers to something`);
    new Ajv2020({
      strict: true,
      strictRequired: false,
      allowUnionTypes: true,
      validateFormats: false,
    }).compile(JSON.parse(text));
  }
  assert.equal(inputSchema.type, "object", name);
}

for (const [title, { api }] of Object.entries({ clinic, atlas, conduit }) as [string, Service][]) {
  test(`${title}: every tool has a name that providers take, and schemas that stand alone`, () => {
    const tools = toolsOf(compile(api));
    assert.ok(tools.size > 3);
    for (const tool of tools.values()) {
      assert.match(tool.name, /^[A-Za-z][A-Za-z0-9_-]{0,63}$/);
      assert.ok(tool.title !== "" && tool.description !== "");
      checkSchemas(tool);
    }
  });
}

test("any contract that compiles has tools with sound schemas, each under a name of its own", () => {
  fc.assert(
    fc.property(validContracts, (contract) => {
      const model = compile(contract);
      const tools = toolsOf(model);
      assert.equal(tools.size, Object.values(model.operations).filter(isTool).length);
      for (const tool of tools.values()) checkSchemas(tool);
    }),
    // A schema takes the validator milliseconds to compile, and a contract has hundreds.
    { numRuns: 3 },
  );
});

test("annotations say what the model knows, and leave out what it does not", () => {
  const tools = toolsOf(compile(clinic.api));
  const hints = (name: string) => tools.get(name)?.annotations;
  assert.deepEqual(hints("slot_list"), { readOnlyHint: true, openWorldHint: false });
  assert.deepEqual(hints("appointment_create"), {
    readOnlyHint: false,
    destructiveHint: false,
    idempotentHint: true,
  });
  assert.deepEqual(hints("appointment_cancel"), {
    readOnlyHint: false,
    destructiveHint: true,
    idempotentHint: false,
  });
  assert.deepEqual(hints("patient_delete"), {
    readOnlyHint: false,
    destructiveHint: true,
    idempotentHint: true,
  });
});

test("what is required is told: the id, a required key, the input's own fields", () => {
  const tools = toolsOf(compile(clinic.api));
  assert.deepEqual(tools.get("appointment_create")?.inputSchema.required, [
    "idempotencyKey",
    "slot",
    "reason",
  ]);
  assert.deepEqual(tools.get("appointment_cancel")?.inputSchema.required, ["id", "reason"]);
  assert.equal(tools.get("slot_list")?.inputSchema.required, undefined);
  assert.match(tools.get("appointment_create")?.description ?? "", /`slot_taken`/);
});

test("downloads, streams, channels and inputs that need a file are no tools", () => {
  const model = compile(clinic.api);
  const tools = toolsOf(model);
  const left = Object.values(model.operations).filter((operation) => !isTool(operation));
  assert.ok(left.length > 0);
  for (const { kind, output, input } of left) {
    const needsFile = Object.values(input?.fields ?? {}).some(
      ({ type, optional }) => type.kind === "file" && optional !== true,
    );
    assert.ok(kind === "stream" || kind === "channel" || output.kind === "file" || needsFile);
  }
  assert.equal(tools.has("attachment_create"), false);
});
