import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { scenariosOf } from "./scenarios/index.ts";
import { formatDocument } from "./table.ts";
import { model } from "./world.ts";

test("docs/reference/behaviour.md is the list of scenarios; npm run behaviour -- --write mends it", () => {
  const written = readFileSync(join(import.meta.dirname, "../../docs/reference/behaviour.md"), "utf8");
  assert.equal(written, formatDocument(scenariosOf(model)));
});
