import assert from "node:assert/strict";
import { group, type Scenario } from "../scenario.ts";
import type { Json, Stage } from "../stage.ts";

const STATES = ["requested", "confirmed", "cancelled", "completed"] as const;

/** What each action of an appointment leads to, and what it needs. */
const ACTIONS: Readonly<Record<string, { readonly from: readonly string[]; readonly to?: string }>> = {
  confirm: { from: ["requested"], to: "confirmed" },
  cancel: { from: ["requested", "confirmed"], to: "cancelled" },
  reschedule: { from: ["requested", "confirmed"] },
  complete: { from: ["confirmed"], to: "completed" },
};

/** Every action in every state. */
export const states: Scenario[] = [
  ...Object.entries(ACTIONS).flatMap(([action, { from, to }]) =>
    STATES.flatMap((state) =>
      group("states", {
        [`${action} when ${state}: ${from.includes(state) ? `allowed${to ? `, then ${to}` : ""}` : "409 invalid_state"}`]:
          (stage) => tryAction(stage, action, state, from, to),
      }),
    ),
  ),
  ...group("states", {
    "the contract and these scenarios name the same states": async (stage) => {
      for (const [action, { from }] of Object.entries(ACTIONS)) {
        assert.deepEqual(stage.model.operations[`appointment.${action}`]?.when, { status: from });
      }
    },

    "an action with `set` needs no handler: block and unblock a slot": async (stage) => {
      const as = await stage.provider();
      const { id } = await stage.slot(as);
      await stage.refused("slot.unblock", "invalid_state", { id, as });
      assert.equal((await stage.ok("slot.block", { id, as })).status, "blocked");
      await stage.refused("slot.block", "invalid_state", { id, as });
      assert.equal((await stage.ok("slot.get", { id })).status, "blocked");
      assert.equal((await stage.ok("slot.unblock", { id, as })).status, "open");
    },

    "a blocked slot cannot be booked": async (stage) => {
      const as = await stage.provider();
      const slot = await stage.slot(as);
      await stage.ok("slot.block", { id: slot.id, as });
      const answer = await stage.book(await stage.patient(), slot.id);
      assert.equal(answer.code, "slot_taken");
    },

    "a state cannot be written past its actions": async (stage) => {
      const { id, patient } = await stage.appointment();
      await stage.refused("appointment.patch", "invalid_input", {
        id,
        input: { status: "completed" },
        as: patient,
      });
    },
  }),
];

async function tryAction(
  stage: Stage,
  action: string,
  state: (typeof STATES)[number],
  from: readonly string[],
  to: string | undefined,
): Promise<void> {
  const { id, slot, provider } = await stage.appointment(state);
  const inputs: Record<string, () => Promise<Json>> = {
    cancel: async () => ({ reason: "x" }),
    reschedule: async () => ({ slot: (await stage.slot(provider, 72)).id }),
    complete: async () => ({ notes: "done" }),
  };
  const input = await inputs[action]?.();
  const question = { id, as: provider, ...(input ? { input } : {}) };
  const before = await stage.ok("appointment.get", { id, as: provider });
  await stage.after(slot, async () => {
    if (from.includes(state)) {
      const row = await stage.ok(`appointment.${action}`, question);
      assert.equal(row.status, to ?? state);
      return;
    }
    const answer = await stage.refused(`appointment.${action}`, "invalid_state", question);
    assert.equal(answer.status, 409);
    assert.ok(
      from.every((allowed) => `${answer.message} ${JSON.stringify(answer.data)}`.includes(allowed)),
      `names the allowed states: ${answer.message}`,
    );
  });
  if (!from.includes(state))
    assert.deepEqual(await stage.ok("appointment.get", { id, as: provider }), before);
}
