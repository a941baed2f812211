import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { buildSchema, printSchema, validateSchema } from "graphql";
import { atlas } from "../../../../examples/atlas/contract.ts";
import { clinic } from "../../../../examples/clinic/contract.ts";
import { behaviour } from "../../../../test/behaviour/service.ts";
import { validContracts } from "../../../../test/support/generate-contract.ts";
import { emitSdl } from "../../../contract/emit/index.ts";
import { describeGraphql } from "../../../contract/graphql/index.ts";
import { type Api, compile } from "../../../index.ts";
import { buildGraphqlSchema } from "./build-schema.ts";

function check(contract: Api): void {
  const model = compile(contract);
  const schema = buildGraphqlSchema(describeGraphql(model));
  const sdl = emitSdl(model);
  assert.equal(printSchema(schema), sdl, "the printed schema is the one that requests are checked against");
  const read = buildSchema(sdl);
  assert.deepEqual(validateSchema(read), []);
  assert.equal(printSchema(read), sdl, "nothing is lost on the way through the text");
}

test("the clinic's, the atlas's and the laboratory's schemas are valid and printed as they are run", () => {
  for (const contract of [clinic, atlas, behaviour.api]) check(contract);
});

test("so are those of any contract that compiles", () => {
  fc.assert(fc.property(validContracts, check), { numRuns: 100 });
});
