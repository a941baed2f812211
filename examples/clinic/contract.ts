import {
  anyone,
  api,
  command,
  error,
  event,
  owner,
  resource,
  role,
  self,
  stream,
  t,
  through,
} from "concordat";

export const Provider = resource(
  "provider",
  {
    id: t.id("prv"),
    name: t.string({ minLength: 1, maxLength: 120 }).example("Dr. Wei Chen"),
    specialty: t.enum(["cardiology", "dermatology", "family", "pediatrics"]),
    bio: t.text({ maxLength: 4000 }).optional(),
  },
  {
    description: "A doctor who offers slots.",
    access: { read: [anyone], write: [role("admin")] },
    list: { filter: ["specialty"], search: ["name"], sort: ["name"] },
  },
);

export const Patient = resource(
  "patient",
  {
    id: t.id("pat"),
    name: t.string({ minLength: 1, maxLength: 120 }).example("Ada Byron"),
    email: t.string({ format: "email", maxLength: 254, unique: true, sensitive: true }),
    phone: t.string({ pattern: "^\\+[0-9]{6,15}$", sensitive: true }).optional(),
    birthDate: t.date({ sensitive: true }),
  },
  {
    description: "A person who books appointments: known to themself, to the clinic and to their doctors.",
    owner: "id",
    access: {
      read: [owner, role("admin"), through(() => Appointment, { row: "patient", self: "provider" })],
      write: [owner, role("admin")],
      create: [role("admin")],
    },
    list: { sort: ["name"] },
  },
);

export const Slot = resource(
  "slot",
  {
    id: t.id("slot"),
    provider: t.ref(() => Provider).immutable(),
    startsAt: t.timestamp(),
    endsAt: t.timestamp(),
    status: t.enum(["open", "booked", "blocked"]).default("open").readOnly(),
  },
  {
    description: "A stretch of a provider's time that one patient can book.",
    owner: "provider",
    access: { read: [anyone], write: [owner, role("admin")] },
    list: { filter: ["provider", "status", "startsAt"], sort: ["startsAt"] },
  },
);

export const Appointment = resource(
  "appointment",
  {
    id: t.id("apt"),
    patient: t.ref(() => Patient, { description: "The caller who booked." }).readOnly(),
    provider: t.ref(() => Provider, { description: "The provider of the slot." }).readOnly(),
    slot: t.ref(() => Slot, { description: "Chosen when booking; `reschedule` moves it." }).immutable(),
    reason: t.string({ minLength: 1, maxLength: 500, sensitive: true }),
    notes: t.text({ sensitive: true, visibleTo: ["provider", "admin"] }).optional(),
    status: t.enum(["requested", "confirmed", "cancelled", "completed"]).readOnly(),
    paymentStatus: t.enum(["unpaid", "paid", "refund_pending"]).default("unpaid").readOnly(),
    price: t.money({ currency: "EUR", minimum: "0.00" }).readOnly(),
  },
  {
    description: "A patient's visit to a provider, from the request to the end.",
    owner: "patient",
    access: {
      read: [owner, self("provider"), role("admin")],
      write: [owner, self("provider"), role("admin")],
      create: [role("patient")],
      confirm: [self("provider")],
      complete: [self("provider")],
    },
    list: { filter: ["status", "provider", "slot.startsAt"], sort: ["createdAt", "slot.startsAt"] },
  },
);

export const Payment = resource(
  "payment",
  {
    id: t.id("pay"),
    patient: t.ref(() => Patient, { description: "The patient of the appointment." }).readOnly(),
    appointment: t.ref(() => Appointment).immutable(),
    amount: t.money({ currency: "EUR", minimum: "0.01" }).immutable(),
    status: t.enum(["pending", "succeeded", "failed"]).default("pending").readOnly(),
    providerReference: t.string({ description: "The payment provider's own id." }).optional().readOnly(),
  },
  {
    description: "Money paid for an appointment.",
    owner: "patient",
    access: { read: [owner, role("admin")], create: [role("patient"), role("admin")] },
    list: { filter: ["appointment", "status"] },
  },
);

export const Attachment = resource(
  "attachment",
  {
    id: t.id("att"),
    appointment: t.ref(() => Appointment).immutable(),
    patient: t.ref(() => Patient, { description: "The patient of the appointment." }).readOnly(),
    provider: t.ref(() => Provider, { description: "The provider of the appointment." }).readOnly(),
    title: t.string({ maxLength: 120, sensitive: true }).optional(),
    file: t.file({
      maxBytes: 20_000_000,
      mediaTypes: ["application/pdf", "image/*", "text/plain"],
      sensitive: true,
    }),
  },
  {
    description: "A document of an appointment: a referral, a picture, a laboratory's result.",
    owner: "patient",
    access: {
      read: [owner, self("provider"), role("admin")],
      create: [role("patient"), role("provider"), role("admin")],
      delete: [owner, role("admin")],
    },
    list: { filter: ["appointment"] },
  },
);

/** The least, the greatest and the mean of many readings. */
const range = { minimum: t.int32(), maximum: t.int32(), mean: t.float64() };
const summary = {
  startedAt: t.timestamp(),
  endedAt: t.timestamp(),
  readings: t.int32({ minimum: 1 }),
  heartRate: t.object(range, { sensitive: true, description: "Beats per minute." }).optional(),
  systolic: t.object(range, { sensitive: true, description: "Millimetres of mercury." }).optional(),
  diastolic: t.object(range, { sensitive: true, description: "Millimetres of mercury." }).optional(),
};

export const Measurement = resource(
  "measurement",
  {
    id: t.id("mea"),
    patient: t.ref(() => Patient, { description: "The caller who sent the readings." }).readOnly(),
    startedAt: summary.startedAt.readOnly(),
    endedAt: summary.endedAt.readOnly(),
    readings: summary.readings.readOnly(),
    heartRate: summary.heartRate.readOnly(),
    systolic: summary.systolic.readOnly(),
    diastolic: summary.diastolic.readOnly(),
  },
  {
    description: "What a patient's devices measured over a while, in sum.",
    owner: "patient",
    access: { read: [owner, role("admin")] },
  },
);

export const slotTaken = error("slot_taken", {
  status: 409,
  data: t.object({ slot: t.ref(() => Slot) }),
  message: "The slot is not open any more.",
});

const appointmentId = t.ref(() => Appointment);
const { status, paymentStatus, slot, provider, patient } = Appointment.fields;
const cancellationReason = t.string({ minLength: 1, maxLength: 200, sensitive: true });

export const appointmentBooked = event(
  "appointment.booked",
  t.object({ id: appointmentId, patient, provider, slot, status }),
);
export const appointmentConfirmed = event("appointment.confirmed", t.object({ id: appointmentId, status }));
export const appointmentCancelled = event(
  "appointment.cancelled",
  t.object({ id: appointmentId, status, reason: cancellationReason }),
);
export const appointmentRescheduled = event("appointment.rescheduled", t.object({ id: appointmentId, slot }));
export const appointmentCompleted = event("appointment.completed", t.object({ id: appointmentId, status }));
export const appointmentPaid = event("appointment.paid", t.object({ id: appointmentId, paymentStatus }));

export const createSlot = Slot.create();
export const replaceSlot = Slot.replace();
export const patchSlot = Slot.patch();
export const blockSlot = Slot.action("block", { when: { status: ["open"] }, set: { status: "blocked" } });
export const unblockSlot = Slot.action("unblock", { when: { status: ["blocked"] }, set: { status: "open" } });

export const bookAppointment = Appointment.create({
  description: "Books an open slot for the calling patient.",
  idempotency: "required",
  errors: [slotTaken],
});
export const confirmAppointment = Appointment.action("confirm", { when: { status: ["requested"] } });
export const cancelAppointment = Appointment.action("cancel", {
  description: "Cancels the appointment and opens its slot to others.",
  input: t.object({ reason: cancellationReason }),
  when: { status: ["requested", "confirmed"] },
});
export const rescheduleAppointment = Appointment.action("reschedule", {
  description: "Moves the appointment to another open slot of the same provider.",
  input: t.object({ slot: t.ref(() => Slot) }),
  when: { status: ["requested", "confirmed"] },
  errors: [slotTaken],
});
export const completeAppointment = Appointment.action("complete", {
  description: "Closes the appointment once it has begun.",
  input: t.object({ notes: t.text({ sensitive: true }).optional() }),
  when: { status: ["confirmed"] },
});
export const createAttachment = Attachment.create({
  description: "Adds a document to an appointment of the caller.",
  deadlineMs: 60_000,
});
export const paymentDeclined = error("payment_declined", {
  status: 409,
  data: t.object({ reason: t.string() }),
  message: "The payment was declined.",
});
export const createPayment = Payment.create({
  description:
    "Asks the payment provider to collect the amount; the payment is pending until the provider says more.",
  idempotency: "required",
  errors: [paymentDeclined],
  deadlineMs: 20_000,
});
export const exportRecord = command("exports", {
  description: "Gathers all that the clinic keeps of the calling patient, as lines of JSON.",
  output: t.object({ rows: t.int32(), ndjson: t.text({ maxLength: 5_000_000, sensitive: true }) }),
  access: [role("patient")],
  longRunning: { timeoutMs: 600_000 },
});

const reading = t.object({
  takenAt: t.timestamp(),
  heartRate: t.int32({ minimum: 1, maximum: 400, sensitive: true }).optional(),
  bloodPressure: t
    .object({
      systolic: t.int32({ minimum: 1, maximum: 400 }),
      diastolic: t.int32({ minimum: 1, maximum: 400 }),
    })
    .optional()
    .sensitive(),
});
export const recordVitals = stream("recordVitals", {
  description:
    "Takes the readings of the calling patient's devices as they come, and keeps and answers their summary.",
  direction: "client",
  input: reading,
  output: t.object({ measurement: t.ref(() => Measurement), ...summary }),
  access: [role("patient")],
  maxBodyBytes: 4096,
  deadlineMs: 600_000,
});
export const openSlots = stream("openSlots", {
  description: "Sends a provider's open slots from now on, the soonest first, one by one.",
  input: t.object({ provider: t.ref(() => Provider), before: t.timestamp().optional() }),
  output: t.object({ slot: t.ref(() => Slot), startsAt: t.timestamp(), endsAt: t.timestamp() }),
  access: [anyone],
  deadlineMs: 60_000,
});

export const clinic = api("clinic", {
  title: "Clinic",
  description: "Medical appointments: patients book the open slots of providers.",
  versions: { v2: "2026-11-01" },
  batch: {},
  resources: [Provider, Patient, Slot, Appointment, Attachment, Payment, Measurement],
  operations: [
    createSlot,
    replaceSlot,
    patchSlot,
    blockSlot,
    unblockSlot,
    bookAppointment,
    confirmAppointment,
    cancelAppointment,
    rescheduleAppointment,
    completeAppointment,
    createAttachment,
    createPayment,
    exportRecord,
    recordVitals,
    openSlots,
  ],
  only: {
    appointment: ["list", "get", "create", "patch"],
    attachment: ["list", "get", "create", "delete"],
    payment: ["list", "get", "create"],
    measurement: ["list", "get"],
  },
  events: [
    appointmentBooked,
    appointmentConfirmed,
    appointmentCancelled,
    appointmentRescheduled,
    appointmentCompleted,
    appointmentPaid,
  ],
});
