import assert from "node:assert/strict";
import { group } from "../scenario.ts";
import type { Json } from "../stage.ts";

export const preconditions = group("preconditions", {
  "every answer about a row names its version, and a change makes a new one": async (stage) => {
    const as = await stage.stranger();
    const made = await stage.okAnswer("specimen.create", { input: { label: "x" }, as });
    const { id } = made.value as Json;
    const got = await stage.okAnswer("specimen.get", { id, as });
    assert.ok(made.version && got.version);
    assert.equal(got.version, made.version);
    const patched = await stage.okAnswer("specimen.patch", { id, input: { rank: 1 }, as });
    assert.notEqual(patched.version, made.version);
    assert.equal((await stage.okAnswer("specimen.get", { id, as })).version, patched.version);
  },

  "If-Match with the current version: done": async (stage) => {
    const as = await stage.stranger();
    for (const operation of ["specimen.patch", "specimen.replace", "specimen.delete"]) {
      const { id } = await stage.specimen(as);
      const { version } = await stage.okAnswer("specimen.get", { id, as });
      const input = operation === "specimen.delete" ? {} : { input: { label: "y" } };
      await stage.okAnswer(operation, { id, ...input, ifMatch: version!, as });
    }
  },

  "If-Match with an older version: 412, and nothing changes": async (stage) => {
    const as = await stage.stranger();
    for (const operation of ["specimen.patch", "specimen.replace", "specimen.delete"]) {
      const { id } = await stage.specimen(as);
      const { version } = await stage.okAnswer("specimen.get", { id, as });
      const changed = await stage.ok("specimen.patch", { id, input: { rank: 9 }, as });
      const input = operation === "specimen.delete" ? {} : { input: { label: "late" } };
      const answer = await stage.refused(operation, "precondition_failed", {
        id,
        ...input,
        ifMatch: version!,
        as,
      });
      assert.equal(answer.status, 412);
      assert.deepEqual(await stage.ok("specimen.get", { id, as }), changed);
    }
  },

  "If-Match on an action": async (stage) => {
    const { id, provider } = await stage.appointment();
    const { version } = await stage.okAnswer("appointment.get", { id, as: provider });
    await stage.ok("appointment.patch", { id, input: { notes: "x" }, as: provider });
    await stage.refused("appointment.confirm", "precondition_failed", {
      id,
      ifMatch: version!,
      as: provider,
    });
    const now = await stage.okAnswer("appointment.get", { id, as: provider });
    await stage.ok("appointment.confirm", { id, ifMatch: now.version!, as: provider });
  },

  "If-Match *: any version, but the row must exist": async (stage) => {
    const as = await stage.stranger();
    const { id } = await stage.specimen(as);
    await stage.ok("specimen.patch", { id, input: { rank: 1 }, ifMatch: "*", as });
    await stage.okAnswer("specimen.delete", { id, as });
    await stage.refused("specimen.patch", ["precondition_failed", "not_found"], {
      id,
      input: { rank: 1 },
      ifMatch: "*",
      as,
    });
  },

  "of many writers with one version exactly one wins": async (stage) => {
    const as = await stage.stranger();
    const { id } = await stage.specimen(as);
    const { version } = await stage.okAnswer("specimen.get", { id, as });
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, rank) =>
        stage.call("specimen.patch", { id, input: { rank }, ifMatch: version!, as }),
      ),
    );
    assert.equal(answers.filter((answer) => answer.ok).length, 1);
    for (const answer of answers) if (!answer.ok) assert.equal(answer.code, "precondition_failed");
    const winner = answers.findIndex((answer) => answer.ok);
    assert.equal((await stage.ok("specimen.get", { id, as })).rank, winner);
  },

  "a repeated call with its key is a replay, not a failed precondition": async (stage) => {
    const as = await stage.stranger();
    const { id } = await stage.specimen(as);
    const { version } = await stage.okAnswer("specimen.get", { id, as });
    const question = { id, input: { rank: 1 }, ifMatch: version!, idempotencyKey: stage.word("key-"), as };
    const first = await stage.okAnswer("specimen.patch", question);
    const second = await stage.okAnswer("specimen.patch", question);
    assert.deepEqual([second.replayed, second.version], [true, first.version]);
  },

  "an empty patch changes nothing, not even the version": async (stage) => {
    const as = await stage.stranger();
    const made = await stage.okAnswer("specimen.create", { input: { label: "x", rank: 1 }, as });
    const { id } = made.value as Json;
    const patched = await stage.okAnswer("specimen.patch", { id, input: {}, as });
    assert.deepEqual([patched.value, patched.version], [made.value, made.version]);
  },

  "patches of different fields at once are all kept": async (stage) => {
    const as = await stage.stranger();
    const { id } = await stage.specimen(as);
    const inputs = [
      { rank: 1 },
      { flag: true },
      { memo: "m" },
      { colour: "red" },
      { small: 5 },
      { big: "7" },
    ];
    await Promise.all(inputs.map((input) => stage.ok("specimen.patch", { id, input, as })));
    const row = await stage.ok("specimen.get", { id, as });
    for (const input of inputs)
      for (const [name, value] of Object.entries(input)) assert.equal(row[name], value);
  },

  "where declared, a change without If-Match is 428": async (stage) => {
    const as = await stage.stranger();
    const made = await stage.okAnswer("note.create", { input: { body: "x" }, as });
    const { id } = made.value as Json;
    const answer = await stage.refused("note.patch", "precondition_required", {
      id,
      input: { body: "y" },
      as,
    });
    assert.equal(answer.status, 428);
    assert.equal((await stage.ok("note.get", { id, as })).body, "x");
    const row = await stage.ok("note.patch", { id, input: { body: "y" }, ifMatch: made.version!, as });
    assert.equal(row.body, "y");
  },

  "a failed precondition is not a claim: the key may be used again": async (stage) => {
    const as = await stage.stranger();
    const { id } = await stage.specimen(as);
    const { version } = await stage.okAnswer("specimen.get", { id, as });
    await stage.ok("specimen.patch", { id, input: { rank: 1 }, as });
    const question = { id, input: { rank: 2 }, as };
    await stage.refused("specimen.patch", "precondition_failed", { ...question, ifMatch: version! });
    const now = await stage.okAnswer("specimen.get", { id, as });
    await stage.ok("specimen.patch", { ...question, ifMatch: now.version! });
  },
});
