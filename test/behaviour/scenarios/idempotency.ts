import assert from "node:assert/strict";
import { gates } from "../laboratory.ts";
import { group, type Place } from "../scenario.ts";
import type { Json, Stage } from "../stage.ts";

const ONE_CONNECTION =
  "PGlite is one connection: a second call waits for the first, so none is ever in flight beside it";

const needsManyConnections = ({ database }: Place) => (database === "pglite" ? ONE_CONNECTION : undefined);

async function booking(stage: Stage) {
  const [patient, provider] = [await stage.patient(), await stage.provider()];
  const slot = await stage.slot(provider);
  return { patient, provider, slot, input: { slot: slot.id, reason: "cough" } };
}

export const idempotency = group("idempotency", {
  "a replay shows no field that the caller's roles of now do not show": async (stage) => {
    const id = stage.word();
    const [auditor, plain] = [{ key: `lab.${id}.auditor` }, { key: `lab.${id}` }];
    const note = await stage.ok("note.create", { input: { body: "x", grade: 4 }, as: auditor });
    const publish = { id: note.id, idempotencyKey: stage.word() };
    assert.equal((await stage.ok("note.publish", { ...publish, as: auditor })).grade, 4);
    const again = await stage.call("note.publish", { ...publish, as: plain });
    assert.ok(again.ok && again.replayed, JSON.stringify(again));
    assert.ok(!JSON.stringify(again.value).includes("grade"), JSON.stringify(again.value));
    assert.equal((await stage.ok("note.publish", { ...publish, as: auditor })).grade, 4);
  },

  "the same key with the same change of another row is refused, and changes nothing": async (stage) => {
    const as = await stage.stranger();
    const [one, other] = [await stage.specimen(as), await stage.specimen(as)];
    // Over REST what an object becomes is worked out from the row.
    const change = { input: { place: { city: "Rome" } }, idempotencyKey: stage.word(), as };
    await stage.ok("specimen.patch", { id: one.id, ...change });
    await stage.refused("specimen.patch", "idempotency_key_reused", { id: other.id, ...change });
    assert.equal((await stage.ok("specimen.get", { id: other.id, as })).place, undefined);
  },

  "required: a call without a key is refused before anything happens": async (stage) => {
    const { patient, slot, input } = await booking(stage);
    const answer = await stage.refused("appointment.create", "idempotency_key_missing", {
      input,
      as: patient,
    });
    assert.equal(answer.status, 400);
    assert.equal((await stage.ok("slot.get", { id: slot.id })).status, "open");
  },

  "the same key and body: the first answer again, and one effect": async (stage) => {
    const { patient, input } = await booking(stage);
    const question = { input, idempotencyKey: stage.word("key-"), as: patient };
    const first = await stage.okAnswer("appointment.create", question);
    const second = await stage.okAnswer("appointment.create", question);
    assert.deepEqual([first.replayed, second.replayed], [false, true]);
    assert.deepEqual([second.value, second.kind, second.version], [first.value, first.kind, first.version]);
    assert.equal((await stage.page("appointment.list", { as: patient })).data.length, 1);
  },

  "a replay is the first answer, whatever happened to the row since": async (stage) => {
    const { patient, provider, input } = await booking(stage);
    const question = { input, idempotencyKey: stage.word("key-"), as: patient };
    const first = await stage.ok("appointment.create", question);
    await stage.ok("appointment.confirm", { id: first.id, as: provider });
    assert.deepEqual(await stage.ok("appointment.create", question), first);
  },

  "the same key, another body: refused, and nothing happens": async (stage) => {
    const as = await stage.stranger();
    const [one, two] = [stage.word(), stage.word()];
    const idempotencyKey = stage.word("key-");
    await stage.ok("specimen.create", { input: { label: one }, idempotencyKey, as });
    const answer = await stage.refused("specimen.create", "idempotency_key_reused", {
      input: { label: two },
      idempotencyKey,
      as,
    });
    assert.equal(answer.status, 422);
    assert.equal(await stage.countSpecimens(as, two), 0);
  },

  "the same key, another row: refused": async (stage) => {
    const as = await stage.stranger();
    const [one, two] = [await stage.specimen(as), await stage.specimen(as)];
    const question = { input: { rank: 5 }, idempotencyKey: stage.word("key-"), as };
    await stage.ok("specimen.patch", { id: one.id, ...question });
    await stage.refused("specimen.patch", "idempotency_key_reused", { id: two.id, ...question });
    assert.equal((await stage.ok("specimen.get", { id: two.id, as })).rank, null);
  },

  "keys belong to one caller and one operation": async (stage) => {
    const [mine, theirs] = [await stage.stranger(), await stage.stranger()];
    const question = { input: { label: stage.word() }, idempotencyKey: stage.word("key-") };
    const one = await stage.okAnswer("specimen.create", { ...question, as: mine });
    const two = await stage.okAnswer("specimen.create", { ...question, as: theirs });
    assert.notEqual((one.value as Json).id, (two.value as Json).id);
    const other = await stage.okAnswer("hold", { ...question, as: mine });
    assert.equal(other.replayed, false);
  },

  "accepted: with a key once, without one every time": async (stage) => {
    const as = await stage.stranger();
    const label = stage.word();
    const question = { input: { label }, as };
    await stage.ok("specimen.create", question);
    await stage.ok("specimen.create", question);
    const idempotencyKey = stage.word("key-");
    await stage.ok("specimen.create", { ...question, idempotencyKey });
    await stage.ok("specimen.create", { ...question, idempotencyKey });
    assert.equal(await stage.countSpecimens(as, label), 3);
  },

  "a key that is empty, too long or has odd characters is refused": {
    skip: ({ caller }) =>
      caller === "client" ? "The client refuses such a key before it is sent" : undefined,
    run: async (stage) => {
      const as = await stage.stranger();
      for (const idempotencyKey of ["", "x".repeat(300), "a b\tc", "ключ"]) {
        const answer = await stage.call("specimen.create", { input: { label: "x" }, idempotencyKey, as });
        assert.equal(answer.ok, false, JSON.stringify(idempotencyKey));
        assert.equal(answer.status, 400, `${JSON.stringify(idempotencyKey)}: ${answer.code}`);
      }
    },
  },

  "a declared 4xx is stored with its effects undone": async (stage) => {
    const as = await stage.stranger();
    const label = stage.word();
    const question = { input: { label }, idempotencyKey: stage.word("key-"), as };
    const first = await stage.refused("refuse", "laboratory_closed", question);
    const second = await stage.refused("refuse", "laboratory_closed", question);
    assert.deepEqual([first.replayed, second.replayed], [false, true]);
    assert.deepEqual([first.status, first.data], [409, { until: "2030-01-01T00:00:00Z" }]);
    assert.deepEqual([second.status, second.data, second.message], [first.status, first.data, first.message]);
    assert.equal(await stage.countSpecimens(as, label), 0);
  },

  "slot_taken is replayed even after the slot is free again": async (stage) => {
    const { patient, slot, input } = await booking(stage);
    const other = await stage.patient();
    const booked = (await stage.book(other, slot.id)).value as Json;
    const question = { input, idempotencyKey: stage.word("key-"), as: patient };
    await stage.refused("appointment.create", "slot_taken", question);
    await stage.ok("appointment.cancel", { id: booked.id, input: { reason: "x" }, as: other });
    const again = await stage.refused("appointment.create", "slot_taken", question);
    assert.equal(again.replayed, true);
    assert.ok((await stage.book(patient, slot.id)).ok, "a new key books it");
  },

  "a 5xx leaves no claim: the same key may succeed": async (stage) => {
    const as = await stage.stranger();
    const label = stage.word();
    const question = { input: { label }, idempotencyKey: stage.word("key-"), as };
    await stage.refused("recover", "unavailable", question);
    assert.equal(await stage.countSpecimens(as, label), 0);
    const answer = await stage.okAnswer("recover", question);
    assert.equal(answer.replayed, false);
    assert.equal((await stage.okAnswer("recover", question)).replayed, true);
    assert.equal(await stage.countSpecimens(as, label), 1);
  },

  "an invalid body leaves no claim: the same key may succeed": async (stage) => {
    const as = await stage.stranger();
    const label = stage.word();
    const idempotencyKey = stage.word("key-");
    await stage.refused("specimen.create", "invalid_input", {
      input: { label, small: 1000 },
      idempotencyKey,
      as,
    });
    await stage.ok("specimen.create", { input: { label, small: 1 }, idempotencyKey, as });
  },

  "twenty duplicates at once: one effect, the rest replay it or are told to wait": async (stage) => {
    const { patient, input } = await booking(stage);
    const question = { input, idempotencyKey: stage.word("key-"), as: patient };
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => stage.call("appointment.create", question)),
    );
    const fresh = answers.filter((answer) => answer.ok && !answer.replayed);
    assert.equal(fresh.length, 1);
    for (const answer of answers) {
      if (answer.ok) assert.deepEqual(answer.value, fresh[0]!.value);
      else assert.equal(answer.code, "idempotency_in_progress");
    }
    assert.equal((await stage.page("appointment.list", { as: patient })).data.length, 1);
  },

  "a duplicate in flight is refused at once with a time to wait": {
    skip: needsManyConnections,
    run: async (stage) => {
      const as = await stage.stranger();
      const label = stage.word();
      const entered = Promise.withResolvers<void>();
      const released = Promise.withResolvers<void>();
      gates.set(label, { entered: () => entered.resolve(), released: released.promise });
      const question = { input: { label }, idempotencyKey: stage.word("key-"), as };
      const first = stage.call("hold", question);
      await entered.promise;
      try {
        const startedAt = performance.now();
        const second = await stage.refused("hold", "idempotency_in_progress", question);
        assert.ok(performance.now() - startedAt < 5000, "at once");
        assert.equal(second.status, 409);
        assert.ok((second.retryAfterSeconds ?? 0) >= 1);
      } finally {
        released.resolve();
      }
      assert.ok((await first).ok);
      assert.equal((await stage.okAnswer("hold", question)).replayed, true);
      assert.equal(await stage.countSpecimens(as, label), 1);
    },
  },

  "updates and deletes replay too": async (stage) => {
    const as = await stage.stranger();
    const { id } = await stage.specimen(as, { rank: 1 });
    const patch = { id, input: { rank: 2 }, idempotencyKey: stage.word("key-"), as };
    const first = await stage.okAnswer("specimen.patch", patch);
    const second = await stage.okAnswer("specimen.patch", patch);
    assert.equal(second.replayed, true);
    assert.deepEqual(second.value, first.value);
    assert.equal(second.version, first.version);
    const remove = { id, idempotencyKey: stage.word("key-"), as };
    await stage.okAnswer("specimen.delete", remove);
    const again = await stage.okAnswer("specimen.delete", remove);
    assert.deepEqual([again.kind, again.replayed], ["none", true]);
  },

  "a replay is for the same caller only, even after rights were lost": async (stage) => {
    const { patient, input } = await booking(stage);
    const question = { input, idempotencyKey: stage.word("key-") };
    await stage.ok("appointment.create", { ...question, as: patient });
    await stage.refused("appointment.create", "unauthenticated", question);
  },
});
