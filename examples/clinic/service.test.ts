import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { createCaller, createFakeClock, type TestService } from "concordat/testing";
import { bookAppointment, cancelAppointment, confirmAppointment, Slot } from "./contract.ts";
import clinic from "./service.ts";

const NOW = "2026-11-21T17:45:00Z";
const TWO_WEEKS_MS = 15 * 86_400_000;

let service: TestService;
before(async () => {
  service = await createCaller(clinic, { clock: createFakeClock(NOW) });
});
after(() => service?.close());

type Row = Readonly<Record<string, string>>;
const rows = async (who: string | undefined, operation: string, limit = 100) => {
  const page = await service.as(who).call(operation, { list: { limit } });
  return (page as { data: readonly Row[] }).data;
};

test("the demo data: three providers, two patients, three appointments", async () => {
  const providers = await rows(undefined, "provider.list");
  assert.deepEqual(providers.map(({ name }) => name).sort(), [
    "Dr. Ngozi Okafor",
    "Dr. Wei Chen",
    "Dr. Zoé Moreau",
  ]);
  assert.equal((await rows("admin", "patient.list")).length, 2);
  assert.equal((await rows("admin", "appointment.list")).length, 3);
});

test("the demo keys: each sees what is theirs", async () => {
  assert.equal((await rows("ada", "appointment.list")).length, 2);
  assert.equal((await rows("grace", "appointment.list")).length, 1);
  assert.equal((await rows("drChen", "appointment.list")).length, 2);
  assert.equal((await rows("drOkafor", "appointment.list")).length, 1);
});

test("the demo slots lie in the next two weeks of the clock, most of them open", async () => {
  const slots = await service.engine.transaction((db) => db.list(Slot, { limit: 1000 }));
  assert.equal(slots.data.length, 126);
  assert.equal(slots.data.filter(({ status }) => status === "open").length, 123);
  for (const { startsAt, endsAt } of slots.data) {
    const startsInMs = Date.parse(startsAt) - Date.parse(NOW);
    assert.ok(startsInMs > 0 && startsInMs < TWO_WEEKS_MS, startsAt);
    assert.equal(Date.parse(endsAt) - Date.parse(startsAt), 1_800_000);
  }
});

test("booking, confirming, rescheduling, completing and cancelling leave their events, thin and in order", async () => {
  const open = await service.call("slot.list", {
    list: { filter: { status: { in: ["open"] } }, sort: "startsAt", limit: 100 },
  });
  const [chen] = (await rows(undefined, "provider.list")).filter(({ name }) => name === "Dr. Wei Chen");
  const slots = (open as unknown as { data: readonly Row[] }).data.filter(
    ({ provider }) => provider === chen?.id,
  );
  const [first, second, third] = slots.map(({ id }) => id ?? "");

  const booked = await service
    .as("ada")
    .call(bookAppointment, { input: { slot: first!, reason: "A fluttering heart" } });
  assert.deepEqual([booked.status, booked.price, booked.provider], ["requested", "120.00", chen?.id]);
  await service.as("drChen").call(confirmAppointment, { id: booked.id });
  await service.as("ada").call("appointment.reschedule", { id: booked.id, input: { slot: second! } });
  service.clock.advance(TWO_WEEKS_MS);
  await service.as("drChen").call("appointment.complete", { id: booked.id, input: { notes: "All well." } });
  service.clock.set(NOW);
  const other = await service
    .as("grace")
    .call(bookAppointment, { input: { slot: third!, reason: "Check-up" } });
  await service.as("grace").call(cancelAppointment, { id: other.id, input: { reason: "Away" } });

  const events = await service.engine.transaction(
    (db) => db.sql<{ name: string; key: string; payload: unknown }>`
      select name, "key", payload from concordat.outbox order by position`,
  );
  const patientOf = async (who: string) => (await rows(who, "patient.list"))[0]?.id;
  const bookedBy = (id: string, patient: string | undefined, slot: string | undefined) => ({
    name: "appointment.booked",
    key: id,
    payload: { id, patient, provider: chen?.id, slot, status: "requested" },
  });
  assert.deepEqual(events, [
    bookedBy(booked.id, await patientOf("ada"), first),
    {
      name: "appointment.confirmed",
      key: booked.id,
      payload: { id: booked.id, status: "confirmed" },
    },
    { name: "appointment.rescheduled", key: booked.id, payload: { id: booked.id, slot: second } },
    {
      name: "appointment.completed",
      key: booked.id,
      payload: { id: booked.id, status: "completed" },
    },
    bookedBy(other.id, await patientOf("grace"), third),
    {
      name: "appointment.cancelled",
      key: other.id,
      payload: { id: other.id, status: "cancelled", reason: "Away" },
    },
  ]);
});
