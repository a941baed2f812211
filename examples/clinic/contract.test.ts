import assert from "node:assert/strict";
import { test } from "node:test";
import { compile } from "concordat";
import { clinic } from "./contract.ts";

const model = compile(clinic);

test("the clinic offers these paths", () => {
  const paths = Object.values(model.operations).flatMap(({ http }) =>
    http ? `${http.method} ${http.path}` : [],
  );
  assert.deepEqual(paths, [
    "GET /providers",
    "GET /providers/{id}",
    "POST /providers",
    "PUT /providers/{id}",
    "PATCH /providers/{id}",
    "DELETE /providers/{id}",
    "GET /patients",
    "GET /patients/{id}",
    "POST /patients",
    "PUT /patients/{id}",
    "PATCH /patients/{id}",
    "DELETE /patients/{id}",
    "GET /slots",
    "GET /slots/{id}",
    "POST /slots",
    "PUT /slots/{id}",
    "PATCH /slots/{id}",
    "DELETE /slots/{id}",
    "POST /slots/{id}/block",
    "POST /slots/{id}/unblock",
    "GET /appointments",
    "GET /appointments/{id}",
    "POST /appointments",
    "PATCH /appointments/{id}",
    "POST /appointments/{id}/confirm",
    "POST /appointments/{id}/cancel",
    "POST /appointments/{id}/reschedule",
    "POST /appointments/{id}/complete",
    "GET /attachments",
    "GET /attachments/{id}",
    "POST /attachments",
    "DELETE /attachments/{id}",
    "GET /attachments/{id}/file",
    "GET /payments",
    "GET /payments/{id}",
    "POST /payments",
    "GET /measurements",
    "GET /measurements/{id}",
    "POST /exports",
    "GET /operations",
    "GET /operations/{id}",
    "POST /operations/{id}/cancel",
  ]);
});

test("the clinic's streams, which REST does not offer", () => {
  const streams = Object.values(model.operations).filter(({ kind }) => kind === "stream");
  assert.deepEqual(
    streams.map(({ id, direction, http }) => [id, direction, http]),
    [
      ["recordVitals", "client", undefined],
      ["openSlots", "server", undefined],
    ],
  );
});

test("what a caller may send of each resource is an allowlist", () => {
  const inputs = (id: string) => Object.keys(model.operations[id]?.input?.fields ?? {});
  assert.deepEqual(inputs("provider.create"), ["name", "specialty", "bio"]);
  assert.deepEqual(inputs("patient.create"), ["name", "email", "phone", "birthDate"]);
  assert.deepEqual(inputs("slot.create"), ["provider", "startsAt", "endsAt"]);
  assert.deepEqual(inputs("slot.patch"), ["startsAt", "endsAt"]);
  assert.deepEqual(inputs("appointment.create"), ["slot", "reason", "notes"]);
  assert.deepEqual(inputs("appointment.patch"), ["reason", "notes"]);
  assert.deepEqual(inputs("attachment.create"), ["appointment", "title", "file"]);
  assert.deepEqual(inputs("payment.create"), ["appointment", "amount"]);
});

test("ids carry the prefixes that clients know", () => {
  const prefixes = Object.values(model.resources).map(({ name, prefix }) => `${name} ${prefix}`);
  assert.deepEqual(prefixes, [
    "provider prv",
    "patient pat",
    "slot slot",
    "appointment apt",
    "attachment att",
    "payment pay",
    "measurement mea",
    // Concordat's own, for long-running commands.
    "operation op",
  ]);
});

test("lists filter, search and sort by what the clinic needs", () => {
  const { provider, slot, appointment } = model.resources;
  assert.deepEqual(Object.keys(provider!.list.filter), ["specialty"]);
  assert.deepEqual(provider!.list.search, ["name"]);
  assert.deepEqual(Object.keys(slot!.list.filter), ["provider", "status", "startsAt"]);
  assert.deepEqual(Object.keys(appointment!.list.filter), ["status", "provider", "slot.startsAt"]);
});

test("the version served is v2 of 2026-11-01", () => {
  assert.equal(model.version, "v2");
  assert.deepEqual(model.versions, { v2: "2026-11-01" });
});
