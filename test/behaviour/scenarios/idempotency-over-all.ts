import assert from "node:assert/strict";
import type { Answer, Caller, Question } from "../caller.ts";
import { group } from "../scenario.ts";
import { scripts } from "../scripts.ts";
import { describe, type Json, type Stage } from "../stage.ts";

/** Asks again over every other protocol and insists on the first answer in each one's own form. */
async function replays(
  { others }: Stage,
  operation: string,
  question: Question,
  { kind, code, status, value, data, message }: Answer,
): Promise<void> {
  for (const caller of others) {
    const answer = await caller.call(operation, question);
    const what = `${caller.name}: ${describe(answer)}`;
    assert.equal(answer.replayed, true, what);
    assert.deepEqual([answer.kind, answer.code, answer.status], [kind, code, status], what);
    assert.deepEqual(answer.value, value, what);
    assert.deepEqual(answer.data, data, what);
    if (code !== "") assert.equal(answer.message, message, what);
  }
}

/** Asks for something else over every other protocol and insists on being told that the key was used. */
async function conflicts({ others }: Stage, operation: string, question: Question): Promise<void> {
  for (const caller of others) {
    const answer = await caller.call(operation, question);
    const what = `${caller.name}: ${describe(answer)}`;
    assert.deepEqual([answer.code, answer.status], ["idempotency_key_reused", 422], what);
  }
}

const names = (callers: readonly Caller[]) => callers.map(({ name }) => name);

export const keysOverAll = group("one idempotency key over all protocols", {
  "created here, repeated over every other protocol: the first answer, and one row": async (stage) => {
    const [as, provider] = [await stage.patient(), await stage.provider()];
    const slot = await stage.slot(provider);
    const question = { input: { slot: slot.id, reason: "cough" }, idempotencyKey: stage.word("key-"), as };
    const first = await stage.okAnswer("appointment.create", question);
    assert.equal(first.replayed, false);
    assert.ok(new Set(names(stage.others)).size >= 8, String(names(stage.others)));
    await stage.ok("appointment.confirm", { id: (first.value as Json).id, as: provider });
    await replays(stage, "appointment.create", question, first);
    assert.equal((await stage.page("appointment.list", { as })).data.length, 1);
  },

  "other input under the key: refused over every other protocol, and nothing happens": async (stage) => {
    const as = await stage.stranger();
    const [one, two] = [stage.word(), stage.word()];
    const question = { input: { label: one, rank: 1 }, idempotencyKey: stage.word("key-"), as };
    await stage.ok("specimen.create", question);
    await conflicts(stage, "specimen.create", { ...question, input: { label: one, rank: 2 } });
    await conflicts(stage, "specimen.create", { ...question, input: { label: two, rank: 1 } });
    assert.deepEqual([await stage.countSpecimens(as, one), await stage.countSpecimens(as, two)], [1, 0]);
  },

  "what the input means counts, not how it is written": async (stage) => {
    const as = await stage.stranger();
    const label = stage.word();
    const question = { idempotencyKey: stage.word("key-"), as };
    const first = await stage.okAnswer("specimen.create", {
      ...question,
      input: {
        label,
        amount: "1.5",
        at: "2026-01-01T01:00:00+01:00",
        extra: { b: [1, null], a: { y: "ü", x: 2.5 } },
        scores: { b: 2, a: 1 },
        shape: { kind: "box", width: 1, height: 2 },
        blob: "AAEC",
        big: "9007199254740993",
      },
    });
    const input = {
      big: "9007199254740993",
      blob: "AAEC",
      shape: { height: 2, width: 1, kind: "box" },
      scores: { a: 1, b: 2 },
      extra: { a: { x: 2.5, y: "ü" }, b: [1, null] },
      at: "2026-01-01T00:00:00.000Z",
      amount: "1.500",
      // As the contract has it where nothing is said.
      flag: false,
      rank: null,
      label,
    };
    await replays(stage, "specimen.create", { ...question, input }, first);
    const later = { ...input, at: "2026-01-01T01:00:00.000Z" };
    await conflicts(stage, "specimen.create", { ...question, input: later });
    assert.equal(await stage.countSpecimens(as, label), 1);
  },

  "patches, actions and deletes are repeated over every other protocol, of the same row": async (stage) => {
    const as = await stage.stranger();
    const [one, two] = [await stage.specimen(as, { rank: 1 }), await stage.specimen(as, { rank: 1 })];
    const patch = { id: one.id, input: { rank: 2, memo: "x" }, idempotencyKey: stage.word("key-"), as };
    const first = await stage.okAnswer("specimen.patch", patch);
    await stage.ok("specimen.patch", { id: one.id, input: { rank: 3 }, as });
    await replays(stage, "specimen.patch", patch, first);
    await conflicts(stage, "specimen.patch", { ...patch, id: two.id });
    const remove = { id: one.id, idempotencyKey: stage.word("key-"), as };
    await replays(stage, "specimen.delete", remove, await stage.okAnswer("specimen.delete", remove));
    await conflicts(stage, "specimen.delete", { ...remove, id: two.id });
    assert.equal((await stage.ok("specimen.get", { id: two.id, as })).rank, 1);
    const { id, patient } = await stage.appointment();
    const cancel = { id, input: { reason: "ill" }, idempotencyKey: stage.word("key-"), as: patient };
    await replays(stage, "appointment.cancel", cancel, await stage.okAnswer("appointment.cancel", cancel));
  },

  "a declared refusal is repeated over every other protocol": async (stage) => {
    const as = await stage.stranger();
    const question = { input: { label: stage.word() }, idempotencyKey: stage.word("key-"), as };
    const first = await stage.refused("refuse", "laboratory_closed", question);
    await replays(stage, "refuse", question, first);
  },

  "a repeat may ask for other fields: they are those of the first answer": async (stage) => {
    const [patient, provider] = [await stage.patient(), await stage.provider({ name: "Dr. Before" })];
    const slot = await stage.slot(provider);
    const input = { slot: slot.id, reason: "cough" };
    const question = { input, idempotencyKey: stage.word("key-"), as: patient };
    const some = { ...question, fields: ["id", "reason"] };
    const first = await stage.okAnswer("appointment.create", some);
    const { id } = first.value as Json;
    await stage.ok("appointment.confirm", { id, as: provider });
    await replays(stage, "appointment.create", some, first);
    const whole = await stage.okAnswer("appointment.create", question);
    assert.deepEqual([whole.replayed, (whole.value as Json).status], [true, "requested"]);
    await replays(stage, "appointment.create", question, whole);
    const asked = { ...question, fields: ["status"], expand: ["provider"] };
    const expanded = (await stage.okAnswer("appointment.create", asked)).value as Json;
    assert.deepEqual([expanded.status, expanded.provider.name], ["requested", "Dr. Before"]);
  },

  "a long-running command is one operation over all protocols": async (stage) => {
    const as = await stage.stranger();
    const label = stage.word();
    let runs = 0;
    scripts.set(label, () => {
      runs++;
    });
    const question = { input: { label }, idempotencyKey: stage.word("key-"), as };
    const { id } = await stage.ok("scriptLong", question);
    for (const caller of stage.others) {
      const answer = await caller.call("scriptLong", question);
      assert.equal((answer.value as Json).id, id, `${caller.name}: ${describe(answer)}`);
    }
    await stage.eventually(async () => assert.ok((await stage.ok("operation.get", { id, as })).done));
    assert.equal(runs, 1);
  },
});
