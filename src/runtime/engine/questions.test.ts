import assert from "node:assert/strict";
import { test } from "node:test";
import { ApiError, type Violation } from "../../base/errors/index.ts";
import { api, compile, resource, t } from "../../index.ts";
import type { Principal } from "./call.ts";
import { Questions } from "./questions.ts";
import { planResources } from "./resource-plan.ts";

const Berth = resource(
  "berth",
  { id: t.id("brt"), number: t.int32(), fee: t.int32() },
  {
    access: { read: [], write: [] },
    list: { filter: ["number", "fee"], sort: ["number", "fee"] },
  },
);
const Crane = resource(
  "crane",
  { id: t.id("crn"), number: t.int32() },
  { access: { read: [], write: [] }, list: { maxLimit: 5, limit: 5 } },
);
const model = compile(api("port", { versions: { v1: "2026-11-01" }, resources: [Berth, Crane] }));
const { berth } = model.resources;
assert.ok(berth?.fields.fee);
// No contract lets a list be filtered by what only some see; the engine refuses it all the same.
const fee = { ...berth.fields.fee, visibleTo: ["master"] };
const resources = planResources({
  ...model,
  resources: { ...model.resources, berth: { ...berth, fields: { ...berth.fields, fee } } },
});
const master: Principal = { id: "cpt_1", roles: ["master"], credentialId: "k", live: true };

function ask(questions: Questions, question: object, principal?: Principal, name = "berth") {
  const violations: Violation[] = [];
  const plan = resources.get(name);
  assert.ok(plan);
  return { checked: questions.check(plan, question, { resources, principal, violations }), violations };
}

test("a frozen question is checked once, one that may still be changed each time", () => {
  const questions = new Questions();
  const frozen = Object.freeze({ limit: 7, sort: "-number" });
  assert.equal(ask(questions, frozen).checked, ask(questions, frozen).checked);
  assert.deepEqual(ask(questions, frozen).checked, {
    filter: [],
    sort: { field: "number", descending: true },
    limit: 7,
  });
  const open = { limit: 7 };
  assert.equal(ask(questions, open).checked.limit, 7);
  open.limit = 8;
  assert.equal(ask(questions, open).checked.limit, 8);
});

test("what one caller may ask is not thereby open to another", () => {
  const questions = new Questions();
  for (const question of [{ sort: "fee" }, { filter: { fee: { in: ["1"] } } }]) {
    const frozen = Object.freeze(question);
    assert.equal(ask(questions, frozen, master).violations.length, 0);
    assert.throws(
      () => ask(questions, frozen),
      new ApiError("forbidden", "Your roles do not show the field fee."),
    );
  }
});

test("a question is kept for the resource it was checked for, and not where something is wrong with it", () => {
  const questions = new Questions();
  const frozen = Object.freeze({ limit: 7 });
  assert.equal(ask(questions, frozen).violations.length, 0);
  assert.equal(ask(questions, frozen, undefined, "crane").violations.length, 1);
  assert.equal(ask(questions, frozen, undefined, "crane").violations.length, 1);
});
