import assert from "node:assert/strict";
import { test } from "node:test";
import type { AccessRule } from "../../contract/model/model.ts";
import { allowsByField, asksDatabase, NOBODY, resolveAccess } from "./access.ts";
import type { Principal } from "./call.ts";

const ada: Principal = { id: "pat_1", roles: ["patient"], credentialId: "key_1", live: true };
const own: AccessRule = { kind: "principal", rows: { kind: "self", field: "patient" } };
const admin: AccessRule = { kind: "principal", role: "admin" };
const through = { kind: "through", resource: "appointment", row: "patient", self: "provider" } as const;

test("no rule allows nobody, not even the signed in", () => {
  assert.equal(resolveAccess([], ada), undefined);
  assert.equal(resolveAccess([], undefined), undefined);
});

test("anyone allows all rows without a caller", () => {
  assert.equal(resolveAccess([own, { kind: "anyone" }], undefined), "all");
});

test("a caller without the role is not allowed by its rule", () => {
  assert.equal(resolveAccess([admin], ada), undefined);
  assert.equal(resolveAccess([admin], { ...ada, roles: ["admin"] }), "all");
  assert.equal(resolveAccess([{ kind: "principal" }], ada), "all");
  assert.equal(resolveAccess([{ kind: "principal" }], undefined), undefined);
});

test("row rules are gathered; a rule without rows outweighs them", () => {
  const rules: AccessRule[] = [own, { kind: "principal", role: "patient", rows: through }, admin];
  assert.deepEqual(resolveAccess(rules, ada), { principal: "pat_1", any: [own.rows, through] });
  assert.equal(resolveAccess(rules, { ...ada, roles: ["admin", "patient"] }), "all");
});

test("a row's own fields are compared with the caller; other rules count as not fitting", () => {
  const access = { principal: "pat_1", any: [{ kind: "self", field: "patient" } as const, through] };
  assert.equal(allowsByField(access, { patient: "pat_1" }), true);
  assert.equal(allowsByField(access, { patient: "pat_2" }), false);
  assert.equal(allowsByField(access, {}), false);
  assert.equal(allowsByField(NOBODY, { patient: "" }), false);
  assert.equal(allowsByField("all", {}), true);
  assert.deepEqual([asksDatabase(access), asksDatabase(NOBODY), asksDatabase("all")], [true, false, false]);
});
