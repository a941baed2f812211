import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { it } from "node:test";
import { checkTypes, writeProjects } from "../bench/types/check-types.ts";

const FOLDER = join(import.meta.dirname, "..", ".concordat", `test-types-${process.pid}`);

// Seconds depend on the machine and on who else uses it; what tsc makes does not. `npm run bench` has the seconds.
it("3,000 operations with handlers and client calls make tsc little work", (t) => {
  writeProjects(FOLDER, ["concordat"], 3000);
  try {
    const { types, instantiations, megabytes } = checkTypes(FOLDER, "concordat", "--singleThreaded");
    t.diagnostic(`${types} types, ${instantiations} instantiations, ${megabytes} MB`);
    assert.ok(types < 152_000, `${types} types`);
    assert.ok(instantiations < 1_130_000, `${instantiations} instantiations`);
    assert.ok(megabytes < 280, `${megabytes} MB`);
  } finally {
    rmSync(FOLDER, { recursive: true, force: true });
  }
});
