import assert from "node:assert/strict";
import { ask, type Run } from "./ask.ts";
import { valuesOf } from "./row-values.ts";

/** A value that goes in and comes back, as a member, as the whole answer and in an error: heard and told alike by all. */
export async function checkValues(run: Run): Promise<void> {
  for (const id of ["echo", "tell", "refuse"]) {
    const operation = run.model.operations[id]!;
    for (let turn = 0; turn < 3; turn++) {
      const input = run.draw(valuesOf(operation.input!.fields, run.rows));
      run.seen.length = 0;
      await ask(run, operation, { input });
      assert.ok([0, run.callers.length].includes(run.seen.length), `${run.seen.length} were heard`);
      for (const heard of run.seen) assert.deepEqual(heard, run.seen[0]);
    }
  }
}
