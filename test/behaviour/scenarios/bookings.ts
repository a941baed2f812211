import assert from "node:assert/strict";
import { group } from "../scenario.ts";
import type { Json } from "../stage.ts";

export const bookings = group("bookings", {
  "booking: the slot is booked, provider, price and patient are set": async (stage) => {
    const { row, slot, patient, provider } = await stage.appointment();
    assert.equal(row.patient, patient.id);
    assert.equal(row.provider, provider.id);
    assert.equal(row.price, "60.00");
    assert.equal(row.paymentStatus, "unpaid");
    assert.equal((await stage.ok("slot.get", { id: slot.id })).status, "booked");
  },

  "a taken slot: 409 slot_taken with the slot": async (stage) => {
    const { slot, row } = await stage.appointment();
    const answer = await stage.book(await stage.patient(), slot.id);
    assert.deepEqual([answer.code, answer.status, answer.data], ["slot_taken", 409, { slot: slot.id }]);
    assert.ok(row.id.startsWith("apt_"));
  },

  "a slot in the past: 422, and it stays open": async (stage) => {
    const [patient, provider] = [await stage.patient(), await stage.provider()];
    const slot = await stage.slot(provider, -1);
    const answer = await stage.book(patient, slot.id);
    assert.deepEqual(
      [answer.code, answer.status, answer.violations[0]?.pointer],
      ["invalid_input", 422, "/slot"],
    );
    assert.equal((await stage.ok("slot.get", { id: slot.id })).status, "open");
  },

  "a hundred callers race for one slot: one books it": async (stage) => {
    const provider = await stage.provider();
    const slot = await stage.slot(provider);
    const patients = await Promise.all(Array.from({ length: 100 }, () => stage.patient()));
    const answers = await Promise.all(patients.map((patient) => stage.book(patient, slot.id)));
    const codes = answers.map((answer) => (answer.ok ? "booked" : answer.code));
    assert.equal(codes.filter((code) => code === "booked").length, 1);
    assert.deepEqual([...new Set(codes)].sort(), ["booked", "slot_taken"]);
    assert.equal((await stage.page("appointment.list", { as: provider })).data.length, 1);
  },

  "cancelling frees the slot for the next patient": async (stage) => {
    const { id, slot, patient } = await stage.appointment();
    await stage.ok("appointment.cancel", { id, input: { reason: "better" }, as: patient });
    assert.equal((await stage.ok("slot.get", { id: slot.id })).status, "open");
    const next = await stage.patient();
    assert.ok((await stage.book(next, slot.id)).ok);
  },

  "cancelling wants a reason": async (stage) => {
    const { id, patient } = await stage.appointment();
    const answer = await stage.refused("appointment.cancel", "invalid_input", { id, input: {}, as: patient });
    assert.equal(answer.violations[0]?.pointer, "/reason");
  },

  "the provider may cancel too": async (stage) => {
    const { id, provider } = await stage.appointment("confirmed");
    const row = await stage.ok("appointment.cancel", { id, input: { reason: "away" }, as: provider });
    assert.equal(row.status, "cancelled");
  },

  "the patient may not confirm or complete": async (stage) => {
    const { id, patient } = await stage.appointment();
    await stage.refused("appointment.confirm", "forbidden", { id, as: patient });
    await stage.refused("appointment.complete", "forbidden", { id, input: {}, as: patient });
  },

  "rescheduling moves the appointment: the old slot opens, the new one is booked": async (stage) => {
    const { id, slot, patient, provider } = await stage.appointment();
    const next = await stage.slot(provider, 48);
    const row = await stage.ok("appointment.reschedule", { id, input: { slot: next.id }, as: patient });
    assert.equal(row.slot, next.id);
    assert.equal((await stage.ok("slot.get", { id: slot.id })).status, "open");
    assert.equal((await stage.ok("slot.get", { id: next.id })).status, "booked");
  },

  "rescheduling to a taken slot, a past one or another provider's changes nothing": async (stage) => {
    const { id, row, patient, provider } = await stage.appointment();
    const taken = await stage.slot(provider, 48);
    assert.ok((await stage.book(await stage.patient(), taken.id)).ok);
    const past = await stage.slot(provider, -5);
    const foreign = await stage.slot(await stage.provider(), 48);
    const as = patient;
    await stage.refused("appointment.reschedule", "slot_taken", { id, input: { slot: taken.id }, as });
    await stage.refused("appointment.reschedule", "slot_taken", { id, input: { slot: row.slot }, as });
    await stage.refused("appointment.reschedule", "invalid_input", { id, input: { slot: past.id }, as });
    await stage.refused("appointment.reschedule", "invalid_input", { id, input: { slot: foreign.id }, as });
    assert.deepEqual(await stage.ok("appointment.get", { id, as }), row);
    assert.equal((await stage.ok("slot.get", { id: row.slot })).status, "booked");
    assert.equal((await stage.ok("slot.get", { id: foreign.id })).status, "open");
  },

  "ten appointments race to one slot: one moves, no slot is lost": async (stage) => {
    const provider = await stage.provider();
    const target = await stage.slot(provider, 100);
    const booked: { id: string; slot: string; patient: { key: string } }[] = [];
    for (let at = 0; at < 10; at++) {
      const [patient, slot] = [await stage.patient(), await stage.slot(provider, 10 + at)];
      const { id } = (await stage.book(patient, slot.id)).value as Json;
      booked.push({ id, slot: slot.id, patient });
    }
    const answers = await Promise.all(
      booked.map(({ id, patient }) =>
        stage.call("appointment.reschedule", { id, input: { slot: target.id }, as: patient }),
      ),
    );
    assert.equal(answers.filter((answer) => answer.ok).length, 1);
    for (const answer of answers) if (!answer.ok) assert.equal(answer.code, "slot_taken");
    const { data } = await stage.page("slot.list", {
      list: { filter: { provider: { in: [provider.id] } }, limit: 100 },
    });
    assert.equal(data.filter((slot) => slot.status === "booked").length, 10);
    assert.equal(data.filter((slot) => slot.status === "open").length, 1);
  },

  "confirm and cancel race: the row ends in one of the two, never between": async (stage) => {
    const { id, slot, patient, provider } = await stage.appointment();
    await Promise.all([
      stage.call("appointment.confirm", { id, as: provider }),
      stage.call("appointment.cancel", { id, input: { reason: "x" }, as: patient }),
    ]);
    const { status } = await stage.ok("appointment.get", { id, as: patient });
    const { status: slotStatus } = await stage.ok("slot.get", { id: slot.id });
    assert.equal(status, "cancelled", "cancel is allowed from both states, so it wins whichever came first");
    assert.equal(slotStatus, "open");
  },

  "completing before the appointment starts: 409": async (stage) => {
    const { id, provider } = await stage.appointment("confirmed");
    await stage.refused("appointment.complete", "invalid_state", { id, input: {}, as: provider });
  },

  "completing keeps the notes": async (stage) => {
    const { id, slot, provider } = await stage.appointment("confirmed");
    const row = await stage.after(slot, () =>
      stage.ok("appointment.complete", { id, input: { notes: "all well" }, as: provider }),
    );
    assert.deepEqual([row.status, row.notes], ["completed", "all well"]);
  },

  "a slot that ends before it starts: 422": async (stage) => {
    const as = await stage.provider();
    const times = { startsAt: "2031-01-01T10:00:00Z", endsAt: "2031-01-01T10:00:00Z" };
    const answer = await stage.refused("slot.create", "invalid_input", {
      input: { provider: as.id, ...times },
      as,
    });
    assert.equal(answer.violations[0]?.pointer, "/endsAt");
    const { id } = await stage.slot(as);
    await stage.refused("slot.patch", "invalid_input", { id, input: { endsAt: "2020-01-01T00:00:00Z" }, as });
  },

  "a booked slot is not moved under its patient, and not deleted": async (stage) => {
    const { slot, provider } = await stage.appointment();
    const input = { startsAt: "2031-01-01T10:00:00Z", endsAt: "2031-01-01T11:00:00Z" };
    await stage.refused("slot.patch", "invalid_state", { id: slot.id, input, as: provider });
    await stage.refused("slot.delete", "conflict", { id: slot.id, as: provider });
    await stage.refused("slot.block", "invalid_state", { id: slot.id, as: provider });
  },

  "a payment starts pending and belongs to the patient, whoever makes it": async (stage) => {
    const { id, patient } = await stage.appointment();
    const input = { appointment: id, amount: "60.00" };
    const idempotencyKey = stage.word("key-");
    const payment = await stage.ok("payment.create", { input, idempotencyKey, as: await stage.admin() });
    assert.deepEqual([payment.status, payment.patient], ["pending", patient.id]);
    assert.equal((await stage.page("payment.list", { as: patient })).data.length, 1);
  },

  "the parts of the contract that a client relies on": async (stage) => {
    const { operations, errors, events } = stage.model;
    assert.deepEqual(operations["appointment.create"]?.errors, ["slot_taken"]);
    assert.equal(operations["appointment.create"]?.idempotency, "required");
    assert.equal(errors.slot_taken?.status, 409);
    for (const name of ["booked", "confirmed", "cancelled", "rescheduled", "completed", "paid"]) {
      assert.ok(events[`appointment.${name}`], name);
    }
  },
});
