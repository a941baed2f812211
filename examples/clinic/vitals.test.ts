import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { createCaller, createFakeClock, type TestService } from "concordat/testing";
import clinic from "./service.ts";

const NOW = "2026-11-21T17:45:00Z";

let service: TestService;
before(async () => {
  service = await createCaller(clinic, { clock: createFakeClock(NOW) });
});
after(() => service?.close());

const record = (who: string | undefined, readings: readonly unknown[]) =>
  service.as(who).call("recordVitals", {
    messages: (async function* () {
      yield* readings;
    })(),
  });

test("readings come in and one summary goes out, which is kept", async () => {
  const summary = {
    startedAt: "2026-11-21T08:00:00Z",
    endedAt: "2026-11-21T08:00:02Z",
    readings: 3,
    heartRate: { minimum: 61, maximum: 64, mean: 62.5 },
    systolic: { minimum: 118, maximum: 118, mean: 118 },
    diastolic: { minimum: 76, maximum: 76, mean: 76 },
  };
  const answer = await record("ada", [
    { takenAt: "2026-11-21T08:00:01Z", heartRate: 64 },
    { takenAt: "2026-11-21T08:00:00Z", bloodPressure: { systolic: 118, diastolic: 76 } },
    { takenAt: "2026-11-21T08:00:02Z", heartRate: 61 },
  ]);
  const { measurement, ...rest } = answer as { measurement: string };
  assert.deepEqual(rest, summary);
  const kept = await service.as("ada").call("measurement.get", { id: measurement });
  const { id, patient, createdAt, updatedAt, ...values } = kept as Record<string, unknown>;
  assert.deepEqual([id, values, createdAt, updatedAt], [measurement, summary, NOW, NOW]);
  assert.match(String(patient), /^pat_/);
  await assert.rejects(service.as("grace").call("measurement.get", { id: measurement }), {
    code: "forbidden",
  });
});

test("no reading, a wrong one, or somebody who is no patient: nothing is kept", async () => {
  const count = async () => {
    const page = await service.as("admin").call("measurement.list", { list: { limit: 100 } });
    return (page as unknown as { data: readonly unknown[] }).data.length;
  };
  const before = await count();
  await assert.rejects(record("ada", []), { code: "invalid_input" });
  const good = { takenAt: "2026-11-21T08:00:00Z", heartRate: 60 };
  await assert.rejects(record("ada", [good, { ...good, heartRate: 0 }]), { code: "invalid_input" });
  await assert.rejects(record("drChen", [good]), { code: "forbidden" });
  await assert.rejects(record(undefined, [good]), { code: "unauthenticated" });
  assert.equal(await count(), before);
});

test("a provider's open slots come one by one, the soonest first", async () => {
  const page = await service.call("provider.list", {
    list: { filter: { specialty: { in: ["dermatology"] } } },
  });
  const [provider] = (page as unknown as { data: readonly { id: string }[] }).data;
  const slotsOf = async (input: object) => {
    const slots: { startsAt: string }[] = [];
    for await (const slot of service.stream("openSlots", { input }))
      slots.push(slot as { startsAt: string } & object);
    return slots.map(({ startsAt }) => startsAt);
  };
  const all = await slotsOf({ provider: provider?.id });
  assert.equal(all.length, 42);
  assert.deepEqual(all, [...all].sort());
  const before = all[3];
  assert.deepEqual(await slotsOf({ provider: provider?.id, before }), all.slice(0, 3));
  await assert.rejects(slotsOf({ provider: "prv_01kc0000000000000000000000" }), {
    code: "reference_not_found",
  });
});
