import assert from "node:assert/strict";
import fc from "fast-check";
import type { ResourceModel } from "../../../src/contract/model/index.ts";
import type { JsonPage } from "../../behaviour/stage.ts";
import { agree, count, type Run } from "./ask.ts";
import { valuesOf } from "./row-values.ts";

/** An idempotency key is one key over all protocols: who asks again, over whichever, is told the first answer. */
export async function checkKeys(run: Run, { name }: ResourceModel): Promise<void> {
  const [create, list] = ["create", "list"].map((method) => run.model.operations[`${name}.${method}`]);
  if (create === undefined || list === undefined) return;
  const countRows = async () => {
    const answer = await run.callers[0]!.call(list.id, { list: { limit: 1, total: true }, as: run.as });
    return (answer.value as unknown as JsonPage).page.total ?? -1;
  };
  for (const first of run.callers) {
    const question = {
      input: run.draw(valuesOf(create.input?.fields ?? {}, run.rows)),
      idempotencyKey: `${name}-${first.name.replaceAll(/\W/g, "")}-${run.draw(fc.nat())}`,
    };
    const before = await countRows();
    const made = await first.call(create.id, { ...question, as: run.as });
    if (["already_exists", "invalid_input"].includes(made.code)) continue;
    assert.ok(made.ok, JSON.stringify(made));
    for (const again of run.callers) {
      const answer = await again.call(create.id, { ...question, as: run.as });
      count(run, again === first ? "replayed" : "replayed to another");
      assert.equal(answer.replayed, true, `${first.name}, then ${again.name}: ${JSON.stringify(answer)}`);
      agree(run, create, question, { caller: first, answer: made }, { caller: again, answer });
    }
    assert.equal(await countRows(), before + 1, "one row is made");
  }
}
