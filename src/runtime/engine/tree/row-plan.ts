import type { Violation } from "../../../base/errors/index.ts";
import type { FieldPlan } from "../resource-plan.ts";
import type { RefSelection, RowSelection } from "../select.ts";
import { listOf } from "../selection.ts";
import type { View } from "../view.ts";

/** A selection of a row, worked out for what callers with certain roles see; what is below it is not part of it. */
export interface RowPlan {
  readonly view: View;
  /** In the places of the selection. */
  readonly fields: readonly FieldPlan[];
  /** What is read: the fields, then the refs to follow and the owner where they are none of them. */
  readonly names: readonly string[];
  /** By place in `names`: what only others may see. Undefined: nothing. */
  readonly hidden: readonly boolean[] | undefined;
  /** By place in `names`: what only the row's owner may see. Undefined: nothing. */
  readonly ownerOnly: readonly boolean[] | undefined;
  /** Whether the caller may see all of it. */
  readonly isOpen: boolean;
  /** Place of the owner in `names`, where it matters. */
  readonly owner: number;
  /** Places in `names` of the refs to follow, in the places of the selection. */
  readonly refs: readonly number[];
}

/** Where mistakes are told, and where in the call's selection the row stands. */
export interface PlanPlace {
  readonly violations: Violation[];
  /** Names of refs and relations, each after a slash. */
  readonly path: string;
}

/** Makes plans and keeps each as long as its selection. */
export class RowPlans {
  readonly #plans = new WeakMap<RowSelection, Map<View, RowPlan>>();

  of(selection: RowSelection, view: View, place: PlanPlace): RowPlan {
    let plans = this.#plans.get(selection);
    let plan = plans?.get(view);
    if (plan !== undefined) return plan;
    const before = place.violations.length;
    plan = makePlan(selection, view, place);
    if (place.violations.length > before) return plan;
    if (plans === undefined) {
      plans = new Map();
      this.#plans.set(selection, plans);
    }
    plans.set(view, plan);
    return plan;
  }
}

function makePlan({ fields: wanted, refs = [] }: RowSelection, view: View, place: PlanPlace): RowPlan {
  const { model, fields: all } = view.resource;
  const fields = wanted.flatMap((name) => all.get(name) ?? unknownField(name, view, place));
  const names = fields.map(({ name }) => name);
  const placeOf = (name: string): number => {
    const at = names.indexOf(name);
    return at === -1 ? names.push(name) - 1 : at;
  };
  const followed = refs.flatMap((ref) => (mayFollow(ref, view, place) ? [placeOf(ref.field)] : []));
  const hidden = names.map((name) => view.hidden.includes(name));
  const ownerOnly = names.map((name) => view.ownerOnly.has(name));
  const needsOwner = ownerOnly.includes(true) && model.owner !== undefined;
  return {
    view,
    fields,
    names,
    hidden: hidden.includes(true) ? hidden : undefined,
    ownerOnly: ownerOnly.includes(true) ? ownerOnly : undefined,
    isOpen: !hidden.includes(true) && !ownerOnly.includes(true),
    owner: needsOwner ? placeOf(model.owner) : -1,
    refs: followed,
  };
}

function mayFollow({ field }: RefSelection, view: View, { path, violations }: PlanPlace): boolean {
  const { expand } = view.resource.model;
  if (Object.hasOwn(expand, field)) return true;
  violations.push({
    pointer: `${path}/${field}`,
    code: "not_allowed",
    message: `Cannot be followed. Allowed: ${listOf(Object.keys(expand))}.`,
  });
  return false;
}

function unknownField(name: string, view: View, { path, violations }: PlanPlace): [] {
  violations.push({
    pointer: `${path}/${name}`,
    code: "unknown_field",
    message: `Is no field of ${view.resource.name}. Allowed: ${listOf(view.names)}.`,
  });
  return [];
}
