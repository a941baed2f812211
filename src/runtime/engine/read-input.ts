import type { Violation } from "../../base/errors/index.ts";
import type { ActiveCall } from "./active-call.ts";
import type { OperationPlan } from "./operation-plan.ts";
import { isRecord } from "./record.ts";
import { invalidInput } from "./refusals.ts";
import { seesByRole } from "./view.ts";

type Wire = Readonly<Record<string, unknown>>;

/** Decodes a call's body; throws `invalid_input` with all violations. Fields that other roles write are among them. */
export function readInput(plan: OperationPlan, call: ActiveCall): unknown {
  const violations: Violation[] = [];
  const input = decodeInput(plan, call, violations);
  if (violations.length > 0) throw invalidInput(violations);
  return input;
}

function decodeInput(plan: OperationPlan, call: ActiveCall, violations: Violation[]): unknown {
  const { decode, bodyOptional, guarded, immutable, operation } = plan;
  const given = call.request.input;
  if (decode === undefined) {
    refuseBody(given, violations);
    return undefined;
  }
  if (given === undefined && !bodyOptional) {
    violations.push({ pointer: "", code: "required", message: "Must be an object; nothing came." });
    return undefined;
  }
  const wire = given === undefined ? {} : given;
  if (!isRecord(wire)) return decode(wire, "", violations);
  if (guarded.length > 0) refuseGuarded(plan, call, wire, violations);
  if (operation.method !== "patch" || immutable.length === 0) return decode(wire, "", violations);
  return decode(withoutImmutable(wire, immutable, violations), "", violations);
}

/** An empty object is what many clients send where nothing is asked for; anything more would be lost silently. */
function refuseBody(given: unknown, violations: Violation[]): void {
  if (!isRecord(given)) {
    violations.push({ pointer: "", code: "unknown_field", message: "Must be empty: there is no input." });
    return;
  }
  for (const name of Object.keys(given)) {
    const pointer = `/${name.replaceAll("~", "~0").replaceAll("/", "~1")}`;
    violations.push({
      pointer,
      code: "unknown_field",
      message: "There is no field of this name: there is no input.",
    });
  }
}

/** A patch may not name what never changes; left in, such a field would be reported as unknown. */
function withoutImmutable(wire: Wire, immutable: readonly string[], violations: Violation[]): Wire {
  const named = immutable.filter((name) => wire[name] !== undefined);
  if (named.length === 0) return wire;
  const rest = { ...wire };
  for (const name of named) {
    violations.push(immutableField(name));
    delete rest[name];
  }
  return rest;
}

/** What only the row's owner may write is let through here and checked against the row (see the step target). */
function refuseGuarded(plan: OperationPlan, call: ActiveCall, wire: Wire, violations: Violation[]): void {
  const { guarded, onRow, resource } = plan;
  const { principal } = call;
  const owner = resource?.model.owner;
  const ownerNode = owner === undefined ? undefined : resource?.model.fields[owner];
  // A row about to be made is the caller's where the server names its owner, or the caller names themself.
  const owned =
    principal !== undefined &&
    owner !== undefined &&
    (onRow || ownerNode?.readOnly === true || wire[owner] === principal.id);
  for (const { name, node } of guarded) {
    if (wire[name] === undefined || seesByRole(node, principal)) continue;
    if (!owned || node.visibleTo?.includes("owner") !== true) violations.push(guardedField(name));
  }
}

/** For a field that the caller's roles may not write. */
export function guardedField(name: string): Violation {
  return { pointer: `/${name}`, code: "not_permitted", message: "May not be written by your roles." };
}

/** For a field that was given when the row was made. */
export function immutableField(name: string): Violation {
  return { pointer: `/${name}`, code: "immutable", message: "Cannot change once the row is made." };
}
