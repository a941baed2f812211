import assert from "node:assert/strict";
import { group, isProtobuf } from "../scenario.ts";

export const projection = group("projection", {
  "fields: only what is asked for is sent": async (stage) => {
    const as = await stage.stranger();
    const { id, label } = await stage.specimen(as, { memo: "x", rank: 1 });
    assert.deepEqual(await stage.ok("specimen.get", { id, fields: ["id", "label"], as }), { id, label });
    const list = { filter: { label: { in: [label] } } };
    const { data } = await stage.page("specimen.list", { list, fields: ["rank"], as });
    assert.deepEqual(data, [{ rank: 1 }]);
  },

  "fields: an absent optional field that was asked for stays absent": async (stage) => {
    const as = await stage.stranger();
    const { id } = await stage.specimen(as);
    assert.deepEqual(await stage.ok("specimen.get", { id, fields: ["memo", "rank"], as }), { rank: null });
  },

  "fields: an unknown or writeOnly one is refused and the allowed ones named": async (stage) => {
    const as = await stage.stranger();
    const { id } = await stage.specimen(as);
    for (const field of ["nothing", "secret", "row_version", "__proto__", "constructor", "label.length"]) {
      const answer = await stage.refused("specimen.get", stage.notThere, { id, fields: [field], as });
      if (answer.code === "malformed_request") continue;
      assert.match(`${answer.message} ${JSON.stringify(answer.violations)}`, /label/);
    }
    // GraphQL has no way to name a field by nothing.
    if (stage.place.caller === "graphql") return;
    // A mask of protobuf with nothing in it is none.
    if (isProtobuf(stage.place)) return;
    await stage.refused("specimen.get", "invalid_parameter", { id, fields: [""], as });
  },

  "fields: a page sorted by a field that is not sent still has its cursors": async (stage) => {
    const as = await stage.stranger();
    const label = stage.word();
    for (const rank of [3, 1, 2]) await stage.specimen(as, { label, rank });
    const list = { filter: { label: { in: [label] } }, sort: "rank", limit: 1 };
    const ranks: unknown[] = [];
    let cursor: string | null | undefined;
    do {
      const page = await stage.page("specimen.list", {
        list: { ...list, ...(cursor ? { cursor } : {}) },
        fields: ["label"],
        as,
      });
      assert.deepEqual(page.data, [{ label }]);
      ranks.push(1);
      cursor = page.page.nextCursor;
    } while (cursor);
    assert.equal(ranks.length, 3);
  },

  "expand: the related row takes the place of its id": async (stage) => {
    const { id, provider, slot, patient } = await stage.appointment();
    const row = await stage.ok("appointment.get", { id, expand: ["provider", "slot"], as: patient });
    assert.equal(row.provider.id, provider.id);
    assert.equal(row.provider.specialty, "family");
    assert.equal(row.slot.startsAt, slot.startsAt);
    assert.equal(row.patient, patient.id);
  },

  "expand: with chosen fields of the related row": async (stage) => {
    const { id, provider, patient } = await stage.appointment();
    const row = await stage.ok("appointment.get", {
      id,
      fields: ["id", "provider.name"],
      expand: ["provider"],
      as: patient,
    });
    assert.equal(row.id, id);
    assert.equal(row.provider.name, "Dr. Pro");
    assert.ok(!("specialty" in row.provider) && !("reason" in row));
    assert.ok(provider.id.startsWith("prv_"));
  },

  "expand: on lists, one row each": async (stage) => {
    const provider = await stage.provider();
    for (const hours of [10, 20]) await stage.slot(provider, hours);
    const filter = { provider: { in: [provider.id] } };
    const { data } = await stage.page("slot.list", { list: { filter }, expand: ["provider"] });
    assert.deepEqual(
      data.map((row) => row.provider.id),
      [provider.id, provider.id],
    );
  },

  "expand: an absent reference stays absent": async (stage) => {
    const as = await stage.stranger();
    const { id } = await stage.ok("note.create", { input: { body: "x" }, as });
    const row = await stage.ok("note.get", { id, expand: ["specimen"], as });
    assert.ok(!("specimen" in row));
  },

  "expand: what is not declared or is no reference is refused": async (stage) => {
    const { id, patient } = await stage.appointment();
    const empty = isProtobuf(stage.place) ? [] : [""];
    for (const path of ["reason", "nothing", "provider.slots", ...empty, "__proto__"]) {
      if (stage.place.caller === "graphql" && path === "") continue;
      const answer = await stage.refused("appointment.get", stage.notThere, {
        id,
        expand: [path],
        as: patient,
      });
      assert.equal(answer.status, 400);
    }
  },

  "expand: a related row that the caller may not see is not shown": async (stage) => {
    const [mine, theirs] = [await stage.stranger(), await stage.stranger()];
    const hidden = await stage.ok("note.create", { input: { body: "private thoughts" }, as: theirs });
    const { id } = await stage.ok("note.create", { input: { body: "x", about: hidden.id }, as: mine });
    const row = await stage.ok("note.get", { id, expand: ["about"], as: mine });
    assert.ok(!JSON.stringify(row).includes("private thoughts"));
    const { data } = await stage.page("note.list", { expand: ["about"], as: mine });
    assert.ok(!JSON.stringify(data).includes("private thoughts"));
    const auditor = await stage.actor("auditor-3", "auditor");
    const seen = await stage.ok("note.get", { id, expand: ["about"], as: auditor });
    assert.equal(seen.about.body, "private thoughts");
  },

  "expand: fields hidden from the caller are hidden in the related row": async (stage) => {
    const { id, patient, provider } = await stage.appointment();
    await stage.ok("appointment.patch", { id, input: { notes: "between us" }, as: provider });
    const payment = await stage.ok("payment.create", {
      input: { appointment: id, amount: "5.00" },
      idempotencyKey: stage.word("key-"),
      as: patient,
    });
    const expand = ["appointment"];
    const seen = await stage.ok("payment.get", { id: payment.id, expand, as: patient });
    assert.equal(seen.appointment.id, id);
    assert.ok(!JSON.stringify(seen).includes("between us"));
    const { data } = await stage.page("payment.list", { expand, as: patient });
    assert.ok(!JSON.stringify(data).includes("between us"));
    const open = await stage.ok("payment.get", { id: payment.id, expand, as: await stage.admin() });
    assert.equal(open.appointment.notes, "between us");
  },
});
