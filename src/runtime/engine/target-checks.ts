import { ApiError, type Violation } from "../../base/errors/index.ts";
import { allowsByField, asksDatabase } from "./access.ts";
import type { ActiveCall } from "./active-call.ts";
import { guardedField, immutableField } from "./read-input.ts";
import { isRecord } from "./record.ts";
import { denied, invalidInput } from "./refusals.ts";
import { sameValue } from "./same-value.ts";
import { seesByRole } from "./view.ts";

type Values = Readonly<Record<string, unknown>>;

/** Throws 409 naming the allowed states, for a row that is in none of them. */
export function checkState(
  when: Readonly<Record<string, readonly string[]>> | undefined,
  values: Values,
): void {
  for (const [field, allowed] of Object.entries(when ?? {})) {
    const state = values[field];
    if (typeof state === "string" && allowed.includes(state)) continue;
    throw new ApiError(
      "invalid_state",
      `The ${field} is ${String(state)}; this needs ${allowed.join(" or ")}.`,
      { data: { field, state: state ?? null, allowed } },
    );
  }
}

/** A replacement may repeat an immutable field or leave it out, not change it. */
export function keepImmutable(call: ActiveCall, input: unknown, values: Values): Values {
  const violations: Violation[] = [];
  const sent = call.request.input;
  const kept: Record<string, unknown> = isRecord(input) ? { ...input } : {};
  for (const name of call.plan.immutable) {
    const given = isRecord(sent) && sent[name] !== undefined;
    if (given && !sameValue(kept[name], values[name])) {
      violations.push(immutableField(name));
    }
    delete kept[name];
    if (values[name] !== undefined) kept[name] = values[name];
  }
  if (violations.length > 0) throw invalidInput(violations);
  return kept;
}

/** Fields that only the owner writes, sent by somebody else who may touch the row. */
export function checkOwnerFields(call: ActiveCall, values: Values): void {
  const { plan, principal, request } = call;
  const owner = plan.resource?.model.owner;
  if (owner !== undefined && principal !== undefined && values[owner] === principal.id) return;
  const sent = request.input;
  const violations = plan.guarded.flatMap(({ name, node }) =>
    isRecord(sent) && sent[name] !== undefined && !seesByRole(node, principal) ? [guardedField(name)] : [],
  );
  if (violations.length > 0) throw invalidInput(violations);
}

/** Nobody may hand a row to where they could not touch it themself, as with PostgreSQL's WITH CHECK. */
export function checkStaysAllowed(call: ActiveCall, input: unknown, values: Values): void {
  const { access } = call;
  if (access === "all" || !isRecord(input)) return;
  const moved = access.any.some(
    (rule) =>
      rule.kind === "self" && Object.hasOwn(input, rule.field) && input[rule.field] !== values[rule.field],
  );
  if (!moved || allowsByField(access, { ...values, ...input })) return;
  if (!asksDatabase(access)) throw denied(call.plan.operation, undefined);
  call.recheck = true;
}
