import { ApiError, type Db, handle, type Page, type Row, service } from "concordat";
import {
  Appointment,
  Attachment,
  appointmentBooked,
  appointmentCancelled,
  appointmentCompleted,
  appointmentConfirmed,
  appointmentRescheduled,
  bookAppointment,
  cancelAppointment,
  clinic,
  completeAppointment,
  confirmAppointment,
  createAttachment,
  createPayment,
  createSlot,
  exportRecord,
  Measurement,
  openSlots,
  Patient,
  Payment,
  Provider,
  patchSlot,
  paymentDeclined,
  recordVitals,
  replaceSlot,
  rescheduleAppointment,
  Slot,
  slotTaken,
} from "./contract.ts";
import { createIntent } from "./payments.ts";
import { seed } from "./seed.ts";
import { summarize } from "./vitals.ts";

const PRICES = { cardiology: "120.00", dermatology: "90.00", family: "60.00", pediatrics: "70.00" } as const;

/** What the clinic does beyond storing rows; the behaviour suite serves these beside handlers of its own. */
export const handlers = [
  handle(createSlot, ({ input, db }) => {
    checkTimes(input);
    return db.insert(Slot, input);
  }),

  handle(replaceSlot, ({ input: { startsAt, endsAt }, current, db }) => {
    checkTimes({ startsAt, endsAt });
    checkMovable(current);
    return db.update(Slot, current.id, { startsAt, endsAt });
  }),

  handle(patchSlot, ({ input, current, db }) => {
    checkTimes({ ...current, ...input });
    checkMovable(current);
    return db.update(Slot, current.id, input);
  }),

  handle(bookAppointment, async ({ input, principal, db, emit, now }) => {
    const slot = await takeSlot(db, input.slot, now());
    const { specialty } = await db.get(Provider, slot.provider);
    const appointment = await db.insert(Appointment, {
      ...input,
      patient: principal.id,
      provider: slot.provider,
      status: "requested",
      price: PRICES[specialty],
    });
    emit(appointmentBooked, appointment);
    return appointment;
  }),

  handle(confirmAppointment, async ({ current, db, emit }) => {
    const appointment = await db.update(Appointment, current.id, { status: "confirmed" });
    emit(appointmentConfirmed, appointment);
    return appointment;
  }),

  handle(cancelAppointment, async ({ input, current, db, emit }) => {
    await db.update(Slot, current.slot, { status: "open" });
    const appointment = await db.update(Appointment, current.id, {
      status: "cancelled",
      paymentStatus: current.paymentStatus === "paid" ? "refund_pending" : current.paymentStatus,
    });
    emit(appointmentCancelled, { ...appointment, reason: input.reason });
    return appointment;
  }),

  handle(rescheduleAppointment, async ({ input, current, db, emit, now }) => {
    const slot = await takeSlot(db, input.slot, now());
    if (slot.provider !== current.provider) {
      throw invalid("/slot", "other_provider", "The slot belongs to another provider than the appointment.");
    }
    await db.update(Slot, current.slot, { status: "open" });
    const appointment = await db.update(Appointment, current.id, { slot: slot.id });
    emit(appointmentRescheduled, appointment);
    return appointment;
  }),

  handle(completeAppointment, async ({ input, current, db, emit, now }) => {
    const { startsAt } = await db.get(Slot, current.slot);
    if (Date.parse(now()) < Date.parse(startsAt)) {
      throw new ApiError("invalid_state", `The appointment starts at ${startsAt}; complete it after that.`);
    }
    const appointment = await db.update(Appointment, current.id, { ...input, status: "completed" });
    emit(appointmentCompleted, appointment);
    return appointment;
  }),

  handle(createAttachment, async ({ input, principal, db }) => {
    const { patient, provider } = await db.get(Appointment, input.appointment);
    if (![patient, provider].includes(principal.id) && !principal.roles.includes("admin")) {
      throw new ApiError("forbidden", "The appointment is another's.");
    }
    return db.insert(Attachment, { ...input, patient, provider });
  }),

  handle(createPayment, async ({ input, principal, db, step }) => {
    const { patient } = await db.get(Appointment, input.appointment);
    if (patient !== principal.id && !principal.roles.includes("admin")) {
      throw new ApiError("forbidden", "The appointment is another patient's.");
    }
    // Outside of the transaction, once: the handler then runs again, and what it checked is checked again.
    const intent = await step("create intent", (call) => createIntent(input, call), { retries: 2 });
    if ("declined" in intent) throw paymentDeclined({ reason: intent.declined });
    return db.insert(Payment, { ...input, patient, providerReference: intent.reference });
  }),

  handle(exportRecord, async ({ principal, db, progress }) => {
    const lines: string[] = [];
    const owners = [
      [Patient, "id"],
      [Appointment, "patient"],
      [Payment, "patient"],
    ] as const;
    for (const [done, [resource, field]] of owners.entries()) {
      progress({ done, total: owners.length, message: resource.name });
      const filter = [{ field, operator: "in", values: [principal.id] }] as const;
      for (let cursor: string | null | undefined; cursor !== null; ) {
        const page: Page<object> = await db.list(resource, {
          filter,
          limit: 100,
          ...(cursor ? { cursor } : {}),
        });
        // `db` sees what the caller may not: notes are the provider's own.
        for (const row of page.data)
          lines.push(JSON.stringify({ kind: resource.name, ...row, notes: undefined }));
        cursor = page.page.nextCursor;
      }
    }
    return { rows: lines.length, ndjson: lines.map((line) => `${line}\n`).join("") };
  }),

  // Nothing is written before the last reading has come: until then the call holds no connection.
  handle(recordVitals, async ({ input, principal, db }) => {
    const summary = await summarize(input);
    const { id } = await db.insert(Measurement, { ...summary, patient: principal.id });
    return { measurement: id, ...summary };
  }),

  handle(openSlots, async function* ({ input: { provider, before }, db, now }) {
    await db.get(Provider, provider);
    const filter = [
      { field: "provider", operator: "in", values: [provider] },
      { field: "status", operator: "in", values: ["open"] },
      { field: "startsAt", operator: "gt", values: [now()] },
      ...(before === undefined ? [] : [{ field: "startsAt", operator: "lt", values: [before] } as const]),
    ] as const;
    const sort = [{ field: "startsAt", descending: false }];
    for (let cursor: string | null | undefined; cursor !== null; ) {
      const page: Page<Row<typeof Slot>> = await db.list(Slot, {
        filter,
        sort,
        limit: 100,
        ...(cursor ? { cursor } : {}),
      });
      for (const { id, startsAt, endsAt } of page.data) yield { slot: id, startsAt, endsAt };
      cursor = page.page.nextCursor;
    }
  }),
];

export default service(clinic, handlers, { seed });

/** Locks the slot, so that of many callers one books it. */
async function takeSlot(db: Db, id: string, now: string): Promise<Row<typeof Slot>> {
  const slot = await db.get(Slot, id, { lock: true });
  if (Date.parse(slot.startsAt) <= Date.parse(now)) {
    throw invalid("/slot", "in_the_past", "The slot has already begun.");
  }
  if (slot.status !== "open") throw slotTaken({ slot: slot.id });
  return db.update(Slot, slot.id, { status: "booked" });
}

function checkTimes({ startsAt, endsAt }: { startsAt: string; endsAt: string }): void {
  if (Date.parse(endsAt) <= Date.parse(startsAt)) {
    throw invalid("/endsAt", "not_after_start", "Expected a time after startsAt.");
  }
}

function checkMovable({ status }: { status: string }): void {
  if (status === "booked") {
    throw new ApiError("invalid_state", "A patient has booked the slot: reschedule the appointment instead.");
  }
}

function invalid(pointer: string, code: string, message: string): ApiError {
  return new ApiError("invalid_input", message, { violations: [{ pointer, code, message }] });
}
