import assert from "node:assert/strict";
import { Measurement } from "../../examples/clinic/contract.ts";
import type { Actor } from "./caller.ts";
import { scripts } from "./scripts.ts";
import type { Json, Stage } from "./stage.ts";

/** A row with the people who may and may not touch it. */
export interface Fixture {
  readonly id: string;
  /** Who may do the most with it. */
  readonly owner: Actor;
  /** Signed in with the same kind of role, but nothing to do with the row. */
  readonly others: readonly Actor[];
}

/** Makes a row of each resource that has an owner. */
export const FIXTURES: Readonly<Record<string, (stage: Stage) => Promise<Fixture>>> = {
  patient: async (stage) => {
    const owner = await stage.patient();
    return { id: owner.id, owner, others: [await stage.patient(), await stage.provider()] };
  },
  slot: async (stage) => {
    const owner = await stage.provider();
    const { id } = await stage.slot(owner);
    return { id, owner, others: [await stage.provider(), await stage.patient()] };
  },
  appointment: async (stage) => {
    const { id, patient } = await stage.appointment();
    return { id, owner: patient, others: [await stage.patient(), await stage.provider()] };
  },
  attachment: async (stage) => {
    const { id, patient } = await stage.appointment();
    const { id: attachment } = await stage.attach(patient, id);
    return { id: attachment, owner: patient, others: [await stage.patient(), await stage.provider()] };
  },
  payment: async (stage) => {
    const { id, patient } = await stage.appointment();
    const input = { appointment: id, amount: "60.00" };
    const payment = await stage.ok("payment.create", {
      input,
      as: patient,
      idempotencyKey: stage.word("key-"),
    });
    return { id: payment.id, owner: patient, others: [await stage.patient(), await stage.provider()] };
  },
  // Made by a client stream, which not every protocol has.
  measurement: async (stage) => {
    const owner = await stage.patient();
    const label = stage.word();
    const at = "2026-11-21T08:00:00Z";
    scripts.set(label, async ({ db }) => {
      const values = { patient: owner.id, startedAt: at, endedAt: at, readings: 1 };
      return (await db.insert(Measurement, values)).id;
    });
    const { value } = await stage.ok("scriptWithoutKey", { input: { label }, as: owner });
    return { id: value, owner, others: [await stage.patient(), await stage.provider()] };
  },
  operation: async (stage) => {
    const owner = await stage.stranger();
    const label = stage.word();
    scripts.set(label, () => "done");
    const { id } = await stage.ok("scriptLong", { input: { label }, as: owner });
    await stage.eventually(async () => {
      assert.ok((await stage.ok("operation.get", { id, as: owner })).done);
    });
    return { id, owner, others: [await stage.stranger(), await stage.provider()] };
  },
  note: async (stage) => {
    const owner = await stage.stranger();
    const { id } = await stage.ok("note.create", { input: { body: "mine" }, as: owner });
    return { id, owner, others: [await stage.stranger(), await stage.provider()] };
  },
};

/** A body that each operation on one row would take; those not named need none. */
export const INPUTS: Readonly<Record<string, (stage: Stage, row: Json) => Promise<Json>>> = {
  "patient.replace": async (stage) => ({
    name: "X",
    email: `${stage.word()}@example.com`,
    birthDate: "2000-01-01",
  }),
  "patient.patch": async () => ({ name: "X" }),
  "slot.replace": async (_, row) => ({ provider: row.provider, startsAt: row.startsAt, endsAt: row.endsAt }),
  "slot.patch": async (_, row) => ({ endsAt: row.endsAt }),
  "appointment.patch": async () => ({ reason: "X" }),
  "appointment.cancel": async () => ({ reason: "X" }),
  "appointment.reschedule": async (stage) => ({ slot: (await stage.slot(await stage.provider())).id }),
  "appointment.complete": async () => ({}),
  "note.replace": async () => ({ body: "X" }),
  "note.patch": async () => ({ body: "X" }),
};
