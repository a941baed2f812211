import assert from "node:assert/strict";
import { group, isProtobuf } from "../scenario.ts";

export const constraints = group("constraints", {
  "a second row with a unique value is 409 and names the field": async (stage) => {
    const as = await stage.admin();
    const email = `${stage.word()}@example.com`;
    const patient = { name: "Pat", email, birthDate: "1990-01-01" };
    await stage.ok("patient.create", { input: patient, as });
    const answer = await stage.refused("patient.create", "already_exists", { input: patient, as });
    assert.equal(answer.status, 409);
    assert.equal(answer.violations[0]?.pointer, "/email");
    assert.ok(!JSON.stringify(answer).includes(email), "a sensitive value is not told");
  },

  "a change to a taken unique value is 409, to its own is fine": async (stage) => {
    const as = await stage.stranger();
    const [one, two] = [stage.word("a"), stage.word("b")];
    const first = await stage.specimen(as, { slug: one });
    const second = await stage.specimen(as, { slug: two });
    await stage.refused("specimen.patch", "already_exists", { id: second.id, input: { slug: one }, as });
    await stage.ok("specimen.patch", { id: first.id, input: { slug: one }, as });
    assert.equal((await stage.ok("specimen.get", { id: second.id, as })).slug, two);
  },

  "rows without a value for a unique optional field do not collide": async (stage) => {
    const as = await stage.stranger();
    await stage.specimen(as);
    await stage.specimen(as);
  },

  "a reference to no row is 422 and names the field": async (stage) => {
    const as = await stage.stranger();
    const missing = "spc_01arz3ndektsv4rrffq69g5fav";
    const answer = await stage.refused("note.create", "reference_not_found", {
      input: { body: "x", specimen: missing },
      as,
    });
    assert.equal(answer.status, 422);
    assert.equal(answer.violations[0]?.pointer, "/specimen");
    const made = await stage.okAnswer("note.create", { input: { body: "x" }, as });
    const { id } = made.value as { id: string };
    await stage.refused("note.patch", "reference_not_found", {
      id,
      input: { specimen: missing },
      ifMatch: made.version!,
      as,
    });
    await stage.refused("note.replace", "reference_not_found", {
      id,
      input: { body: "y", specimen: missing },
      as,
    });
  },

  "a reference of another kind is refused before the database is asked": async (stage) => {
    const as = await stage.stranger();
    const provider = await stage.provider();
    // In protobuf a null is a field that is left out.
    for (const specimen of [provider.id, "x", "", 5, ...(isProtobuf(stage.place) ? [] : [null])]) {
      const answer = await stage.refused("note.create", "invalid_input", {
        input: { body: "x", specimen },
        as,
      });
      assert.equal(answer.violations[0]?.pointer, "/specimen");
    }
  },

  "a row that others refer to is not deleted: 409": async (stage) => {
    const as = await stage.stranger();
    const specimen = await stage.specimen(as);
    const note = await stage.ok("note.create", { input: { body: "x", specimen: specimen.id }, as });
    const answer = await stage.refused("specimen.delete", "conflict", { id: specimen.id, as });
    assert.equal(answer.status, 409);
    await stage.ok("specimen.get", { id: specimen.id, as });
    await stage.okAnswer("note.delete", { id: note.id, as });
    await stage.okAnswer("specimen.delete", { id: specimen.id, as });
  },

  "a constraint broken in a handler undoes the whole command": async (stage) => {
    const [patient, provider] = [await stage.patient(), await stage.provider()];
    const slot = await stage.slot(provider);
    const answer = await stage.refused("appointment.create", "reference_not_found", {
      input: { slot: "slot_01arz3ndektsv4rrffq69g5fav", reason: "x" },
      idempotencyKey: stage.word("key-"),
      as: patient,
    });
    assert.equal(answer.violations[0]?.pointer, "/slot");
    assert.equal((await stage.ok("slot.get", { id: slot.id })).status, "open");
  },

  "of ten who delete a row at once, one does": async (stage) => {
    const as = await stage.stranger();
    const { id } = await stage.specimen(as);
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => stage.call("specimen.delete", { id, as })),
    );
    assert.equal(answers.filter((answer) => answer.ok).length, 1);
    for (const answer of answers) if (!answer.ok) assert.equal(answer.code, "not_found");
  },

  "a row deleted while others begin to refer to it: never a reference to nothing": async (stage) => {
    const as = await stage.stranger();
    for (let round = 0; round < 5; round++) {
      const specimen = (await stage.specimen(as)).id;
      const [gone, ...made] = await Promise.all([
        stage.call("specimen.delete", { id: specimen, as }),
        ...Array.from({ length: 4 }, () => stage.call("note.create", { input: { body: "x", specimen }, as })),
      ]);
      assert.ok(gone!.ok || gone!.code === "conflict", gone!.code);
      for (const answer of made) assert.ok(answer.ok || answer.code === "reference_not_found", answer.code);
      assert.equal(
        gone!.ok,
        made.every((answer) => !answer.ok),
      );
    }
  },

  "ten rows with one unique value at once: one is made": async (stage) => {
    const as = await stage.stranger();
    const slug = stage.word("race");
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => stage.call("specimen.create", { input: { label: "x", slug }, as })),
    );
    assert.equal(answers.filter((answer) => answer.ok).length, 1);
    for (const answer of answers) if (!answer.ok) assert.equal(answer.code, "already_exists");
  },
});
