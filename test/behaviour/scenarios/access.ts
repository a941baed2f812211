import assert from "node:assert/strict";
import { group } from "../scenario.ts";

export const access = group("access", {
  "no credentials: 401 where somebody must be signed in": async (stage) => {
    const { id } = await stage.appointment();
    for (const operation of ["patient.list", "appointment.list", "payment.list", "specimen.list"]) {
      const answer = await stage.refused(operation, "unauthenticated");
      assert.equal(answer.status, 401);
    }
    await stage.refused("appointment.get", "unauthenticated", { id });
    await stage.refused("provider.create", "unauthenticated", { input: { name: "x", specialty: "family" } });
    await stage.refused("stall", "unauthenticated", { input: { label: "x" } });
  },

  "no credentials: what anyone may read is read": async (stage) => {
    const provider = await stage.provider();
    const slot = await stage.slot(provider);
    await stage.ok("provider.get", { id: provider.id });
    await stage.ok("provider.list");
    await stage.ok("slot.get", { id: slot.id });
    await stage.ok("slot.list");
  },

  "an unknown key, a malformed key and a revoked one are 401": async (stage) => {
    const { key } = await stage.stranger();
    const keys = [
      "ck_live_nobodyhasthis",
      "x",
      "null",
      `${key.slice(0, -1)}${key.endsWith("a") ? "b" : "a"}`,
      `${key}x`,
    ];
    for (const wrong of keys) await stage.refused("specimen.list", "unauthenticated", { as: { key: wrong } });
  },

  "a token that the service checks makes its caller, with roles": async (stage) => {
    const as = { key: "lab.ada.auditor" };
    assert.deepEqual(await stage.ok("whoAmI", { as }), { id: "ada", roles: ["auditor"] });
    await stage.ok("note.list", { as });
    await stage.refused("provider.create", "forbidden", {
      input: { name: "x", specialty: "family" },
      as: { key: "lab.ada.member" },
    });
  },

  "a token is checked by what the database says": async (stage) => {
    const slug = stage.word();
    const as = { key: `lab.specimen.${slug}` };
    await stage.refused("whoAmI", "unauthenticated", { as });
    const { id } = await stage.specimen(await stage.admin(), { slug });
    assert.deepEqual(await stage.ok("whoAmI", { as }), { id, roles: [] });
  },

  "where nobody need be signed in, who is signed in is known, and a wrong token is 401": async (stage) => {
    assert.deepEqual(await stage.ok("whoAmI"), { roles: [] });
    const someone = await stage.stranger();
    assert.deepEqual(await stage.ok("whoAmI", { as: someone }), { id: someone.id, roles: [] });
    await stage.refused("whoAmI", "unauthenticated", { as: { key: "nonsense" } });
  },

  "a check of tokens that fails, or writes, is our failure and no answer": async (stage) => {
    for (const key of ["lab.broken.x", "lab.writes.x"]) {
      const { message } = await stage.refused("whoAmI", "internal", { as: { key } });
      assert.ok(!message.includes("laboratory"), message);
    }
  },

  "signed in without the role: 403": async (stage) => {
    const provider = await stage.provider();
    const input = { name: "Dr. Evil", specialty: "family" };
    for (const as of [await stage.stranger(), await stage.patient(), provider]) {
      const answer = await stage.refused("provider.create", "forbidden", { input, as });
      assert.equal(answer.status, 403);
      await stage.refused("provider.patch", "forbidden", { id: provider.id, input: { name: "x" }, as });
      await stage.refused("provider.delete", "forbidden", { id: provider.id, as });
    }
  },

  "403 comes before the body is judged": async (stage) => {
    const as = await stage.stranger();
    const answer = await stage.refused("provider.create", "forbidden", { input: { wrong: true }, as });
    assert.deepEqual(answer.violations, []);
  },

  "an unknown id is 404 even where every row would be forbidden": async (stage) => {
    const as = await stage.patient();
    await stage.refused("patient.get", "not_found", { id: "pat_01arz3ndektsv4rrffq69g5fav", as });
  },

  "whenDenied not-found: another's row does not seem to exist": async (stage) => {
    const [mine, theirs] = [await stage.stranger(), await stage.stranger()];
    const { id } = await stage.ok("note.create", { input: { body: "x" }, as: mine });
    const denied = await stage.refused("note.get", "not_found", { id, as: theirs });
    const unknown = await stage.refused("note.get", "not_found", {
      id: "nte_01arz3ndektsv4rrffq69g5fav",
      as: theirs,
    });
    assert.equal(denied.status, unknown.status);
    assert.equal(
      denied.message.replace(id, ""),
      unknown.message.replace("nte_01arz3ndektsv4rrffq69g5fav", ""),
    );
  },

  "a role that may read may not therefore write": async (stage) => {
    const mine = await stage.stranger();
    const auditor = await stage.actor("auditor-1", "auditor");
    const { id } = await stage.ok("note.create", { input: { body: "x" }, as: mine });
    assert.equal((await stage.ok("note.get", { id, as: auditor })).body, "x");
    await stage.refused("note.delete", ["forbidden", "not_found"], { id, as: auditor });
    await stage.refused("note.publish", ["forbidden", "not_found"], { id, as: auditor });
    assert.equal((await stage.ok("note.get", { id, as: mine })).state, "draft");
  },

  "the owner of a new row is the caller, whatever the body says": async (stage) => {
    const [mine, theirs] = [await stage.stranger(), await stage.stranger()];
    const row = await stage.ok("note.create", { input: { body: "x" }, as: mine });
    assert.equal(row.author, mine.id);
    await stage.refused("note.create", "invalid_input", {
      input: { body: "x", author: theirs.id },
      as: mine,
    });
  },

  "nobody makes a row that would belong to another": async (stage) => {
    const [mine, theirs] = [await stage.provider(), await stage.provider()];
    const times = { startsAt: "2031-01-01T10:00:00Z", endsAt: "2031-01-01T10:30:00Z" };
    await stage.refused("slot.create", "forbidden", { input: { provider: theirs.id, ...times }, as: mine });
    await stage.ok("slot.create", { input: { provider: theirs.id, ...times }, as: await stage.admin() });
  },

  "lists show the caller's rows and nobody else's": async (stage) => {
    const [one, two] = [await stage.appointment(), await stage.appointment()];
    const list = { limit: 100 };
    const ids = async (as: { key: string }) =>
      (await stage.page("appointment.list", { list, as })).data.map((row) => row.id);
    assert.deepEqual(await ids(one.patient), [one.id]);
    assert.deepEqual(await ids(two.provider), [two.id]);
    const all = await ids(await stage.admin());
    assert.ok(all.includes(one.id) && all.includes(two.id));
    const strange = await stage.stranger();
    assert.deepEqual(await ids(strange), []);
  },

  "a filter or a total does not tell of rows that the caller may not see": async (stage) => {
    const { id, slot } = await stage.appointment();
    const other = await stage.patient();
    const filter = { provider: { in: [slot.provider] } };
    assert.deepEqual((await stage.page("appointment.list", { list: { filter }, as: other })).data, []);
    assert.equal((await stage.ok("appointment.get", { id, as: await stage.admin() })).id, id);
    const mine = await stage.stranger();
    await stage.ok("note.create", { input: { body: "x" }, as: mine });
    const { page } = await stage.page("note.list", { as: await stage.stranger() });
    assert.equal(page.hasMore, false);
  },

  "a provider sees the patients with an appointment with them, and only those": async (stage) => {
    const { patient, provider } = await stage.appointment();
    const other = await stage.patient();
    assert.equal((await stage.ok("patient.get", { id: patient.id, as: provider })).id, patient.id);
    await stage.refused("patient.get", "forbidden", { id: other.id, as: provider });
    const { data } = await stage.page("patient.list", { as: provider });
    assert.deepEqual(
      data.map((row) => row.id),
      [patient.id],
    );
    await stage.refused("patient.patch", "forbidden", { id: patient.id, input: { name: "x" }, as: provider });
  },

  "two appointments with one patient show the patient once": async (stage) => {
    const { patient, provider } = await stage.appointment();
    const slot = await stage.slot(provider, 48);
    assert.ok((await stage.book(patient, slot.id)).ok);
    const { data } = await stage.page("patient.list", { as: provider });
    assert.equal(data.length, 1);
  },

  "a hidden field is absent for those who may not see it, present for those who may": async (stage) => {
    const { id, patient, provider } = await stage.appointment();
    await stage.ok("appointment.patch", { id, input: { notes: "worried" }, as: provider });
    assert.equal((await stage.ok("appointment.get", { id, as: provider })).notes, "worried");
    assert.equal((await stage.ok("appointment.get", { id, as: await stage.admin() })).notes, "worried");
    assert.ok(!("notes" in (await stage.ok("appointment.get", { id, as: patient }))));
    const { data } = await stage.page("appointment.list", { as: patient });
    assert.ok(!("notes" in data[0]!));
    const patched = await stage.ok("appointment.patch", { id, input: { reason: "same" }, as: patient });
    assert.ok(!("notes" in patched));
    assert.equal((await stage.ok("appointment.get", { id, as: provider })).notes, "worried");
  },

  "a hidden field cannot be written, asked for or removed by those who may not see it": async (stage) => {
    const { id, patient, provider } = await stage.appointment();
    await stage.ok("appointment.patch", { id, input: { notes: "worried" }, as: provider });
    for (const notes of ["mine", null]) {
      const answer = await stage.refused("appointment.patch", ["invalid_input", "forbidden"], {
        id,
        input: { notes },
        as: patient,
      });
      if (answer.code === "invalid_input") assert.equal(answer.violations[0]?.pointer, "/notes");
    }
    const asked = await stage.call("appointment.get", { id, fields: ["id", "notes"], as: patient });
    assert.ok(!JSON.stringify(asked.value ?? {}).includes("worried"));
    assert.equal((await stage.ok("appointment.get", { id, as: provider })).notes, "worried");
  },

  "a field visible to the owner is hidden from others who see the row": async (stage) => {
    const mine = await stage.stranger();
    const auditor = await stage.actor("auditor-2", "auditor");
    const { id } = await stage.ok("note.create", { input: { body: "x", diary: "dear diary" }, as: mine });
    assert.equal((await stage.ok("note.get", { id, as: mine })).diary, "dear diary");
    assert.ok(!("diary" in (await stage.ok("note.get", { id, as: auditor }))));
    const { data } = await stage.page("note.list", { list: { limit: 100 }, as: auditor });
    assert.ok(!JSON.stringify(data).includes("dear diary"));
  },

  "a writer who does not see a field cannot write it either": async (stage) => {
    const mine = await stage.stranger();
    const auditor = await stage.actor("auditor-5", "auditor");
    const made = await stage.okAnswer("note.create", { input: { body: "x", diary: "mine" }, as: mine });
    const { id } = made.value as { id: string };
    const question = { id, ifMatch: made.version! };
    await stage.refused("note.patch", "invalid_input", { ...question, input: { grade: 1 }, as: mine });
    await stage.refused("note.patch", "invalid_input", { ...question, input: { diary: "y" }, as: auditor });
    await stage.refused("note.create", "invalid_input", { input: { body: "x", grade: 1 }, as: mine });
    const graded = await stage.ok("note.patch", { ...question, input: { grade: 5 }, as: auditor });
    assert.ok(graded.grade === 5 && !("diary" in graded));
    const replaced = await stage.ok("note.replace", { id, input: { body: "y", diary: "mine" }, as: mine });
    assert.ok(!("grade" in replaced));
    const seen = await stage.ok("note.get", { id, as: auditor });
    assert.equal(seen.grade, 5, "replacing by one who does not see the field leaves it alone");
  },

  "a revoked key is 401 within moments": async (stage) => {
    const actor = await stage.stranger();
    await stage.ok("specimen.list", { as: actor });
    await stage.revoke(actor);
    await stage.later(6000, () => stage.refused("specimen.list", "unauthenticated", { as: actor }));
  },

  "replace removes a field that its writer sees and leaves out": async (stage) => {
    const mine = await stage.stranger();
    const { id } = await stage.ok("note.create", { input: { body: "x", diary: "kept" }, as: mine });
    const replaced = await stage.ok("note.replace", { id, input: { body: "y" }, as: mine });
    assert.ok(!("diary" in replaced));
  },

  "only patients book, and only for themselves": async (stage) => {
    const provider = await stage.provider();
    const slot = await stage.slot(provider);
    const question = { input: { slot: slot.id, reason: "x" }, idempotencyKey: stage.word("key-") };
    for (const as of [provider, await stage.admin(), await stage.stranger()]) {
      await stage.refused("appointment.create", "forbidden", { ...question, as });
    }
    const [patient, other] = [await stage.patient(), await stage.patient()];
    await stage.refused("appointment.create", "invalid_input", {
      input: { slot: slot.id, reason: "x", patient: other.id },
      idempotencyKey: stage.word("key-"),
      as: patient,
    });
  },

  "a payment for another's appointment is refused": async (stage) => {
    const { id } = await stage.appointment();
    const input = { appointment: id, amount: "1.00" };
    const idempotencyKey = stage.word("key-");
    await stage.refused("payment.create", "forbidden", { input, idempotencyKey, as: await stage.patient() });
    await stage.refused("payment.create", "forbidden", { input, idempotencyKey, as: await stage.provider() });
  },
});
