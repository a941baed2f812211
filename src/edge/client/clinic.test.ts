import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import {
  bookAppointment,
  cancelAppointment,
  clinic,
  exportRecord,
  paymentDeclined,
  slotTaken,
} from "../../../examples/clinic/contract.ts";
import { type ServedClinic, serveClinic } from "../../../test/support/serve-clinic.ts";
import {
  CallError,
  type ClientEvent,
  createClient,
  isError,
  newIdempotencyKey,
  type OperationStatus,
  resumeOperation,
  startOperation,
} from "./index.ts";

let served: ServedClinic;
before(async () => {
  served = await serveClinic();
});
after(() => served?.close());

const events: ClientEvent[] = [];
const as = (who?: string) =>
  createClient(clinic, {
    url: served.url,
    ...(who === undefined ? {} : { apiKey: served.keys[who] ?? "" }),
    observer: (event) => events.push(event),
  });

/** An open slot that nobody has been given yet. */
const openSlots = async () => {
  const { data } = await as().slot.list({ status: "open", limit: 100 }).page();
  return data.map(({ id }) => id);
};
let slots: string[] | undefined;
async function slot(): Promise<string> {
  slots ??= await openSlots();
  return slots.pop() ?? "";
}

test("books, reads, cancels: typed by the contract, values in program form", async () => {
  const ada = as("ada");
  const booked = await ada.appointment.create({ slot: await slot(), reason: "Chest pain" });
  assert.equal(booked.status, "requested");
  const got = await ada.appointment.get(booked.id);
  assert.deepEqual(got, booked);
  const cancelled = await ada.appointment.cancel(booked.id, { reason: "Feeling well" });
  assert.equal(cancelled.status, "cancelled");
  await assert.rejects(ada.appointment.cancel(booked.id, { reason: "Again" }), (error: unknown) => {
    assert.ok(error instanceof CallError && error.code === "invalid_state" && error.status === 409);
    assert.deepEqual([error.reason, error.operation], ["answer", "appointment.cancel"]);
    assert.ok(error.requestId && error.idempotencyKey);
    return true;
  });
});

test("a declared error is told apart, its data typed; violations come whole", async () => {
  const taken = await slot();
  await as("ada").appointment.create({ slot: taken, reason: "First" });
  const error = await as("grace")
    .appointment.create({ slot: taken, reason: "Second" })
    .catch((e: unknown) => e);
  assert.ok(isError(slotTaken, error));
  const data: { slot: string } = error.data;
  assert.equal(data.slot, taken);
  assert.equal(isError(paymentDeclined, error), false);
  assert.equal(isError(slotTaken, new Error("slot_taken")), false);
  const wrong = await as("admin")
    .provider.create({ name: "", specialty: JSON.parse(`"surgery"`) })
    .catch((e: unknown) => e);
  assert.ok(wrong instanceof CallError && wrong.code === "invalid_input");
  assert.deepEqual(wrong.violations.map(({ pointer }) => pointer).sort(), ["/name", "/specialty"]);
});

test("a key that is kept replays the answer: the command is done once", async () => {
  const ada = as("ada");
  const [idempotencyKey, input] = [newIdempotencyKey(), { slot: await slot(), reason: "Once" }];
  const first = await ada.appointment.create(input, { idempotencyKey });
  const again = await as("ada").appointment.create(input, { idempotencyKey });
  assert.deepEqual(again, first);
  const answers = events.filter((event) => event.kind === "answer").slice(-2);
  assert.deepEqual(
    answers.map(({ replayed }) => replayed),
    [false, true],
  );
});

test("a list is iterated over all its pages, and left when the reader leaves", async () => {
  const admin = as("admin");
  const all: string[] = [];
  for await (const { id } of admin.slot.list({ limit: 50, sort: "startsAt" })) all.push(id);
  assert.equal(new Set(all).size, 126);
  const before = events.length;
  for await (const { id } of admin.slot.list({ limit: 50 })) if (id !== "") break;
  assert.equal(events.slice(before).filter(({ kind }) => kind === "request").length, 1);
  const first = await admin.slot.list({ limit: 50 }).page();
  assert.ok(first.page.nextCursor !== null && first.data.length === 50);
  const second = await admin.slot.list({ limit: 50 }).page(first.page.nextCursor);
  assert.notEqual(second.data[0]?.id, first.data[0]?.id);
  const sizes: number[] = [];
  for await (const page of admin.slot.list({ limit: 50 }).pages()) sizes.push(page.data.length);
  assert.deepEqual(sizes, [50, 50, 26]);
});

test("filters: one of several, ranges, relations, search; wrong ones are refused by name", async () => {
  const admin = as("admin");
  const names = async (query: Parameters<typeof admin.provider.list>[0]) => {
    const found: string[] = [];
    for await (const { name } of admin.provider.list(query)) found.push(name);
    return found;
  };
  assert.deepEqual(await names({ specialty: ["dermatology", "family"], sort: "name" }), [
    "Dr. Ngozi Okafor",
    "Dr. Zoé Moreau",
  ]);
  assert.deepEqual(await names({ specialty: { ne: "family" }, q: "zoé" }), ["Dr. Zoé Moreau"]);
  const none = await admin.appointment.list({ "slot.startsAt": { lt: "2020-01-01T00:00:00Z" } }).page();
  assert.deepEqual(none.data, []);
  await assert.rejects(admin.provider.list({ bio: "x" }).page(), { code: "invalid_parameter" });
});

test("fields and expanded refs shape what comes, in types too", async () => {
  const ada = as("ada");
  const { id } = await ada.appointment.create({ slot: await slot(), reason: "Shapes" });
  const slim = await ada.appointment.get(id, { fields: ["id", "provider.name"] });
  const provider: Readonly<Record<string, unknown>> = slim.provider;
  assert.ok(typeof provider.name === "string" && slim.id === id);
  const wide = await ada.appointment.get(id, { expand: ["slot"] });
  assert.equal(wide.slot.status, "booked");
});

test("an answer that has not changed is not sent again; what may not be kept is not", async () => {
  const admin = as("admin");
  const provider = await admin.provider.create({ name: "Dr. Cache", specialty: "family" });
  const statuses = async (read: () => Promise<unknown>) => {
    const start = events.length;
    const values = [await read(), await read()];
    assert.deepEqual(values[0], values[1]);
    assert.notEqual(values[0], values[1], "each caller has a copy of its own");
    return events.slice(start).flatMap((event) => (event.kind === "answer" ? [event.status] : []));
  };
  assert.deepEqual(await statuses(() => admin.provider.get(provider.id)), [200, 304]);
  assert.deepEqual(await statuses(() => admin.slot.list().page()), [200, 304]);
  const { data } = await admin.patient.list().page();
  assert.deepEqual(await statuses(() => admin.patient.get(data[0]?.id ?? "")), [200, 200], "no-store");
});

test("a change is made only to the version that was read, where asked", async () => {
  const admin = as("admin");
  const provider = await admin.provider.create({ name: "Dr. Version", specialty: "family" });
  const read = await admin.provider.get(provider.id);
  const changed = await admin.provider.patch(provider.id, { name: "Dr. Two" }, { ifMatch: read });
  await assert.rejects(admin.provider.patch(provider.id, { name: "Dr. Three" }, { ifMatch: read }), {
    code: "precondition_failed",
  });
  await admin.provider.patch(provider.id, { name: "Dr. Three" }, { ifMatch: changed });
  await assert.rejects(admin.provider.patch(provider.id, {}, { ifMatch: {} }), { name: "UsageError" });
  await assert.rejects(admin.provider.patch(provider.id, {}, { ifMatch: "v1" }), { name: "UsageError" });
  assert.equal(await admin.provider.delete(provider.id, { ifMatch: "*" }), undefined);
  await assert.rejects(admin.provider.get(provider.id), { code: "not_found" });
});

test("an operation in hand is called by itself, or by its id in wire form", async () => {
  const ada = as("ada");
  const booked = await ada.call(bookAppointment, { slot: await slot(), reason: "In hand" });
  const cancelled = await ada.call(cancelAppointment, { reason: "By hand" }, { id: booked.id });
  assert.equal(cancelled.status, "cancelled");
  assert.equal(Object(await ada.call("appointment.get", undefined, { id: booked.id })).status, "cancelled");
  const page = await as().call("provider.list", undefined, { query: { specialty: "family" } });
  assert.equal(Object(page).data.length >= 1, true);
  await assert.rejects(async () => ada.call("appointment.delete"), /appointment.delete/);
  await assert.rejects(async () => ada.call(Object(undefined)), { name: "UsageError" });
});

test("keys: none, wrong, and one that was replaced", async () => {
  await assert.rejects(as().appointment.list().page(), { code: "unauthenticated" });
  const keys = ["ck_test_nobody", served.keys.ada ?? ""];
  let asked = 0;
  const rotating = createClient(clinic, {
    url: served.url,
    apiKey: async () => keys[Math.min(asked++, 1)] ?? "",
  });
  assert.ok((await rotating.appointment.list().page()).data.length > 0);
  assert.equal(asked, 2);
});

test("what cannot be sent is refused before it is sent", async () => {
  const ada = as("ada");
  const before = events.length;
  const usage = { name: "UsageError" };
  for (const id of ["", ".", "..", "\ud800"]) await assert.rejects(ada.appointment.get(id), usage);
  await assert.rejects(ada.appointment.get(Object(undefined)), usage);
  await assert.rejects(ada.appointment.create({ slot: "x", reason: Object(Number.NaN) }), usage);
  await assert.rejects(ada.appointment.create({ slot: "x", reason: "y" }, Object({ retries: 3 })), /retries/);
  await assert.rejects(ada.appointment.create({ slot: "x", reason: "y" }, { idempotencyKey: "a b" }), usage);
  await assert.rejects(ada.slot.list({ status: [] }).page(), usage);
  assert.equal(events.length, before);
});

test("options that cannot be fail at once, and show no secret", () => {
  const wrong = [
    { url: "api.example.com" },
    { url: "ftp://x" },
    { url: "https://me:secret@x" },
    { url: "https://x/?y" },
    { url: "https://x/v2" },
    { url: "https://x", apiKey: "secret\n" },
    { url: "https://x", timeout: 3 },
    { url: "https://x", maxAttempts: 0 },
    { url: "https://x", headers: { authorization: "Bearer secret" } },
  ];
  for (const options of wrong) {
    assert.throws(
      () => createClient(clinic, Object(options)),
      (error: unknown) => {
        assert.ok(error instanceof Error && error.name === "UsageError", String(error));
        return !error.message.includes("secret");
      },
    );
  }
});

test("a long-running command is waited for; begun, it can be followed, found again and cancelled", async () => {
  const ada = as("ada");
  const { rows, ndjson } = await ada.exports();
  assert.equal(ndjson.trimEnd().split("\n").length, rows);
  const running = await startOperation(ada, exportRecord);
  const seen: OperationStatus[] = [];
  const found = resumeOperation(as("ada"), exportRecord, running.id);
  const result = await found.wait({ timeoutMs: 60_000, onStatus: (status) => seen.push(status) });
  assert.ok(result.rows > 0);
  assert.deepEqual([seen.at(-1)?.status, seen.at(-1)?.name], ["succeeded", "exports"]);
  assert.equal((await running.status()).done, true);
  await assert.rejects(running.cancel(), { code: "invalid_state" });
  await assert.rejects(resumeOperation(as("grace"), exportRecord, running.id).wait(), { code: "not_found" });
  await assert.rejects(startOperation(ada, bookAppointment, { slot: "x", reason: "y" }), {
    name: "UsageError",
  });
});
