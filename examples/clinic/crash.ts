import assert from "node:assert/strict";
import { crashCommand, crashPlan } from "concordat/testing";
import {
  bookAppointment,
  cancelAppointment,
  confirmAppointment,
  createPayment,
  Patient,
  Provider,
  rescheduleAppointment,
  Slot,
} from "./contract.ts";
import service from "./service.ts";

const HOUR_MS = 3_600_000;
/** Few, so that callers race for them. */
const SLOTS = 40;

/** Patients race for the slots of one provider, cancel, move and pay, while the clinic is killed. */
export default crashPlan(service, {
  setup: async ({ db, apiKey, now }) => {
    const provider = await db.insert(Provider, { name: "Dr. Wei Chen", specialty: "cardiology" });
    await apiKey("doctor", { principal: provider.id, roles: ["provider"] });
    for (const name of ["ada", "grace"]) {
      const patient = await db.insert(Patient, {
        name,
        email: `${name}@example.com`,
        birthDate: "1985-12-10",
      });
      await apiKey(name, { principal: patient.id, roles: ["patient"] });
    }
    const slots: string[] = [];
    for (let hour = 1; hour <= SLOTS; hour++) {
      const startMs = Date.parse(now()) + (24 + hour) * HOUR_MS;
      const slot = await db.insert(Slot, {
        provider: provider.id,
        startsAt: new Date(startMs).toISOString(),
        endsAt: new Date(startMs + HOUR_MS / 2).toISOString(),
      });
      slots.push(slot.id);
    }
    return { slots };
  },
  commands: ({ slots }) => [
    crashCommand(bookAppointment, {
      as: "ada",
      weight: 3,
      input: ({ random, mark }) => ({ slot: random.pick(slots), reason: mark }),
      writes: { appointments: 1, slots: 1 },
      events: ["appointment.booked"],
    }),
    crashCommand(bookAppointment, {
      as: "grace",
      weight: 2,
      input: ({ random, mark }) => ({ slot: random.pick(slots), reason: mark }),
      writes: { appointments: 1, slots: 1 },
      events: ["appointment.booked"],
    }),
    crashCommand(confirmAppointment, {
      as: "doctor",
      id: ({ made }) => made(bookAppointment),
      writes: { appointments: 1 },
      events: ["appointment.confirmed"],
    }),
    crashCommand(cancelAppointment, {
      as: "doctor",
      weight: 2,
      id: ({ made }) => made(bookAppointment),
      input: ({ mark }) => ({ reason: mark }),
      writes: { appointments: 1, slots: 1 },
      events: ["appointment.cancelled"],
    }),
    crashCommand(rescheduleAppointment, {
      as: "doctor",
      id: ({ made }) => made(bookAppointment),
      input: ({ random }) => ({ slot: random.pick(slots) }),
      writes: { appointments: 1, slots: 2 },
      events: ["appointment.rescheduled"],
    }),
    crashCommand(createPayment, {
      as: "ada",
      input: ({ made }) => {
        const appointment = made(bookAppointment);
        return appointment === undefined ? undefined : { appointment, amount: "120.00" };
      },
      writes: { payments: 1 },
      events: [],
    }),
  ],
  check: async ({ db }) => {
    const wrong = await db.sql`
      select s.id, s.status, count(a.id)::int4 as appointments
      from slots s left join appointments a on a.slot = s.id and a.status <> 'cancelled'
      group by s.id having count(a.id) <> case s.status when 'booked' then 1 else 0 end`;
    assert.deepEqual(wrong, [], "a slot is booked by exactly one appointment that stands");
  },
});
