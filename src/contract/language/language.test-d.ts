// Types of the contract language, checked by tsc: a line that must not compile says so.
import {
  anyone,
  api,
  channel,
  command,
  type EventDefinition,
  error,
  event,
  type FileValue,
  type Infer,
  type Input,
  type Operation,
  type Output,
  type Page,
  query,
  type Row,
  resource,
  role,
  self,
  stream,
  t,
  through,
} from "../../index.ts";
import type { ErrorData, PayloadOf } from "./index.ts";

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
function same<A, B>(_: Equal<A, B>): void {}

/** What an operation's handler receives, returns and works on. */
type Received<O extends Operation> = O["~shape"]["received"];
type Returned<O extends Operation> = O["~shape"]["returned"];
type Target<O extends Operation> = O["~shape"]["target"];

/** What an event carries. */
type CarriedBy<E> = E extends EventDefinition<infer Source> ? PayloadOf<Source> : never;

// The example of the language's design, in which two resources refer to each other and one to itself.

const Provider = resource("provider", {
  id: t.id("prv"),
  name: t.string({ minLength: 1, maxLength: 120 }),
  specialty: t.enum(["cardiology", "dermatology", "family"]),
});

const Patient = resource(
  "patient",
  {
    id: t.id("pat"),
    name: t.string(),
    guardian: t.ref(() => Patient).optional(),
    lastVisit: t.ref(() => Appointment).optional(),
  },
  {
    owner: "id",
    access: { read: [role("admin"), through(() => Appointment, { row: "patient", self: "provider" })] },
  },
);

const Slot = resource("slot", {
  id: t.id("slot"),
  provider: t.ref(() => Provider).immutable(),
  startsAt: t.timestamp(),
  status: t.enum(["open", "booked"]).default("open").readOnly(),
});

const Appointment = resource(
  "appointment",
  {
    id: t.id("apt"),
    patient: t.ref(() => Patient),
    provider: t.ref(() => Provider),
    slot: t.ref(() => Slot, { unique: true }),
    reason: t.string({ maxLength: 500, sensitive: true }),
    notes: t.text({ sensitive: true, visibleTo: "provider" }).optional(),
    status: t.enum(["requested", "confirmed", "cancelled", "completed"]).readOnly(),
    seats: t.int64().default(1n),
    pin: t.string().writeOnly(),
    rating: t.int32().nullable(),
    code: t.string().immutable(),
  },
  {
    owner: "patient",
    access: { read: [self("provider")] },
    list: {
      filter: ["status", "provider", "slot.startsAt"],
      sort: ["createdAt", "slot.startsAt"],
      defaultSort: "-slot.startsAt",
    },
    indexes: [["provider", "createdAt"]],
    expand: ["patient", "slot"],
  },
);

const slotTaken = error("slot_taken", { status: 409, data: t.object({ slot: t.id("slot") }) });
const closed = error("closed", { status: 409 });
const appointmentConfirmed = event("appointment.confirmed", Appointment);
const appointmentMoved = event("appointment.moved", t.object({ id: t.id("apt"), at: t.timestamp() }));

const bookAppointment = Appointment.create({ idempotency: "required", errors: [slotTaken, closed] });
const cancelAppointment = Appointment.action("cancel", {
  input: t.object({
    reason: t.string({ maxLength: 200 }),
    days: t.int32().default(0),
    note: t.string().optional(),
  }),
  when: { status: ["requested", "confirmed"] },
});
const finishAppointment = Appointment.action("finish", {
  set: { status: "completed", notes: null, seats: 2n },
});
const countSeats = Appointment.action("countSeats", { output: t.object({ seats: t.int64() }) });

const ChatMessage = t.object({ text: t.string() });
const consultation = channel("consultation", { key: Appointment, send: ChatMessage, receive: ChatMessage });
const vitals = stream("recordVitals", {
  direction: "client",
  input: t.object({ beats: t.int32() }),
  output: t.object({ mean: t.float64() }),
});
const ping = command("ping");
const add = query("add", {
  input: t.object({ left: t.int32(), right: t.int32().default(1) }),
  output: t.int64(),
  access: [anyone],
});

export const clinic = api("clinic", {
  versions: { v1: "2026-03-01", v2: "2026-11-01" },
  resources: [Provider, Patient, Slot, Appointment],
  operations: [
    bookAppointment,
    cancelAppointment,
    finishAppointment,
    countSeats,
    consultation,
    vitals,
    ping,
    add,
  ],
  only: { patient: ["get"] },
  events: [appointmentConfirmed, appointmentMoved],
});

// Rows, outputs and inputs follow from the fields.

type Status = "requested" | "confirmed" | "cancelled" | "completed";

interface AppointmentRow {
  id: string;
  patient: string;
  provider: string;
  slot: string;
  reason: string;
  notes?: string;
  status: Status;
  seats: bigint;
  pin: string;
  rating: number | null;
  code: string;
  createdAt: string;
  updatedAt: string;
}

/** An interface written out as a plain object type, which is what inference makes. */
type Plain<T> = { [K in keyof T]: T[K] };

same<Row<typeof Appointment>, Plain<AppointmentRow>>(true);
same<Plain<Output<typeof Appointment>>, Plain<Omit<AppointmentRow, "pin">>>(true);
same<
  Input<typeof Appointment>,
  {
    patient: string;
    provider: string;
    slot: string;
    reason: string;
    pin: string;
    rating: number | null;
    code: string;
    notes?: string;
    seats?: bigint;
  }
>(true);
same<Row<typeof Patient>["guardian"], string | undefined>(true);
same<Infer<typeof ChatMessage>, { text: string }>(true);

// Handlers receive inputs with defaults filled in, and return rows.

same<
  Received<typeof bookAppointment>,
  {
    patient: string;
    provider: string;
    slot: string;
    reason: string;
    seats: bigint;
    pin: string;
    rating: number | null;
    code: string;
    notes?: string;
  }
>(true);
same<Returned<typeof bookAppointment>, Row<typeof Appointment>>(true);
same<Target<typeof bookAppointment>, undefined>(true);

same<Received<typeof cancelAppointment>, { reason: string; days: number; note?: string }>(true);
same<Returned<typeof cancelAppointment>, Row<typeof Appointment>>(true);
same<Target<typeof cancelAppointment>, Row<typeof Appointment>>(true);
same<Received<typeof finishAppointment>, undefined>(true);
same<Returned<typeof countSeats>, { seats: bigint }>(true);

const patchAppointment = Appointment.patch();
same<
  Received<typeof patchAppointment>,
  {
    patient?: string;
    provider?: string;
    slot?: string;
    reason?: string;
    notes?: string | null;
    seats?: bigint;
    pin?: string;
    rating?: number | null;
  }
>(true);

const listAppointments = Appointment.list();
same<Returned<typeof listAppointments>, Page<Row<typeof Appointment>>>(true);
const deleteAppointment = Appointment.delete({ preconditionRequired: true });
same<Received<typeof deleteAppointment>, undefined>(true);
same<Target<typeof deleteAppointment>, Row<typeof Appointment>>(true);

same<Received<typeof add>, { left: number; right: number }>(true);
same<Returned<typeof add>, bigint>(true);
same<Received<typeof ping>, undefined>(true);
same<Returned<typeof vitals>, { mean: number }>(true);
same<Received<typeof vitals>, AsyncIterable<{ beats: number }>>(true);
same<Received<typeof consultation>, AsyncIterable<{ text: string }>>(true);
same<Returned<typeof consultation>, AsyncIterable<{ text: string }>>(true);
same<Target<typeof consultation>, Row<typeof Appointment>>(true);

// Errors and events are typed by their data.

same<Parameters<typeof slotTaken>[0], { slot: string }>(true);
same<ErrorData<undefined>, void>(true);
slotTaken({ slot: "slot_1" });
closed();
// @ts-expect-error an error's data is required
slotTaken();
// @ts-expect-error an error without data takes none
closed({ slot: "slot_1" });
same<CarriedBy<typeof appointmentConfirmed>, Row<typeof Appointment>>(true);
same<CarriedBy<typeof appointmentMoved>, { id: string; at: string }>(true);

// What a contract names must be there.

// @ts-expect-error a state that the field does not have
Appointment.action("close", { when: { status: ["closed"] } });
// @ts-expect-error a field that the resource does not have
Appointment.action("close", { when: { state: ["requested"] } });
// @ts-expect-error a value of another type
Appointment.action("close", { set: { seats: 1 } });
// @ts-expect-error null removes only what is optional
Appointment.action("close", { set: { reason: null } });
// @ts-expect-error nobody writes an id
Appointment.action("close", { set: { id: "apt_1" } });
// @ts-expect-error an option that does not exist
Appointment.create({ idempotent: true });
// @ts-expect-error idempotency is of commands
Appointment.list({ idempotency: "required" });
// @ts-expect-error an error must be declared
Appointment.create({ errors: ["slot_taken"] });
// @ts-expect-error an owner that is no field
resource("thing", { id: t.id("thg") }, { owner: "person" });
// @ts-expect-error a filter by no field
resource("thing", { id: t.id("thg") }, { list: { filter: ["name"] } });
// @ts-expect-error a default sort by no field
resource("thing", { id: t.id("thg") }, { list: { defaultSort: "-name" } });
// @ts-expect-error an index on no field
resource("thing", { id: t.id("thg") }, { indexes: [["name"]] });
// @ts-expect-error an expansion of no field
resource("thing", { id: t.id("thg") }, { expand: ["person"] });
// @ts-expect-error a field that is not a type
resource("thing", { id: t.id("thg"), name: "string" });
// @ts-expect-error a channel is about the rows of a resource
channel("talk", { send: ChatMessage, receive: ChatMessage });
// @ts-expect-error a contract has versions
api("clinic", { resources: [] });

// Files: a value in rows and inputs; a download for each file field, and for no other.

const Report = resource("report", {
  id: t.id("rep"),
  title: t.string(),
  scan: t.file(),
  cover: t.file().optional(),
});
same<Row<typeof Report>["scan"], FileValue>(true);
same<Row<typeof Report>["cover"], FileValue | undefined>(true);
same<Input<typeof Report>["scan"], FileValue>(true);
export const downloadScan = Report.download("scan");
export const downloadCover = Report.download("cover", { cacheControl: "private, max-age=60" });
same<Returned<typeof downloadScan>, FileValue>(true);
// @ts-expect-error a title is no file
Report.download("title");
