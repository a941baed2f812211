import { ApiError, type Violation } from "../../base/errors/index.ts";
import { NOBODY, resolveAccess } from "./access.ts";
import type { Call, Principal } from "./call.ts";
import type { Expansion } from "./ports.ts";
import type { FieldPlan, ResourcePlan } from "./resource-plan.ts";
import type { View, Views } from "./view.ts";

/** Which fields of a row an answer has, and which refs it follows. */
export interface Selection {
  readonly view: View;
  /** Undefined: all that the view shows. */
  readonly fields: readonly FieldPlan[] | undefined;
  /** Names of the fields, or of all that the view shows; the same array for the same view. */
  readonly names: readonly string[];
  /** What to read from the store; undefined: all. */
  readonly read: readonly string[] | undefined;
  readonly expand: readonly Expansion[] | undefined;
  /** Selection of each followed ref. */
  readonly related: ReadonlyMap<string, Selection> | undefined;
}

/** What is needed to read a selection. */
export interface SelectionScope {
  readonly resources: ReadonlyMap<string, ResourcePlan>;
  readonly views: Views;
  readonly principal: Principal | undefined;
  readonly violations: Violation[];
}

/**
 * Reads `fields` and `expand` against what the caller may see. Unknown names go to `violations`; naming a field that
 * only others may see is refused at once with 403.
 */
export function readSelection(resource: ResourcePlan, call: Call, scope: SelectionScope): Selection {
  const view = scope.views.of(resource, scope.principal);
  if (call.fields === undefined && call.expand === undefined) return wholeRow(view);
  const own: FieldPlan[] = [];
  const follow = new Map<string, FieldPlan[] | undefined>();
  for (const name of call.expand ?? []) if (mayExpand(resource, name, scope)) follow.set(name, undefined);
  for (const path of call.fields ?? []) readPath(path, view, own, follow, scope);
  for (const name of follow.keys()) {
    const ref = resource.fields.get(name);
    if (call.fields !== undefined && ref && !own.includes(ref)) own.push(ref);
  }
  const related = new Map<string, Selection>();
  for (const [name, fields] of follow) {
    const target = scope.resources.get(resource.model.expand[name] ?? "");
    if (target) related.set(name, select(scope.views.of(target, scope.principal), fields, undefined, scope));
  }
  return select(view, call.fields === undefined ? undefined : own, related, scope);
}

/** The selection of a caller who asked for nothing in particular. */
export function wholeRow(view: View): Selection {
  return {
    view,
    fields: undefined,
    names: view.names,
    read: view.read,
    expand: undefined,
    related: undefined,
  };
}

function select(
  view: View,
  fields: readonly FieldPlan[] | undefined,
  related: ReadonlyMap<string, Selection> | undefined,
  scope: SelectionScope,
): Selection {
  return {
    view,
    fields,
    names: fields === undefined ? view.names : fields.map(({ name }) => name),
    read: fields === undefined ? view.read : columnsOf(view, fields),
    expand:
      related === undefined || related.size === 0
        ? undefined
        : [...related].map(([field, selection]) => expansionOf(field, selection, scope)),
    related: related?.size === 0 ? undefined : related,
  };
}

function columnsOf(view: View, fields: readonly FieldPlan[]): readonly string[] {
  const names = new Set(["id", ...fields.map(({ name }) => name)]);
  const { owner } = view.resource.model;
  if (owner !== undefined && fields.some(({ name }) => view.ownerOnly.has(name))) names.add(owner);
  return [...names];
}

function expansionOf(field: string, { view, read }: Selection, scope: SelectionScope): Expansion {
  return {
    field,
    resource: view.resource.name,
    ...(read === undefined ? {} : { fields: read }),
    access: resolveAccess(view.resource.model.read, scope.principal) ?? NOBODY,
  };
}

function mayExpand(resource: ResourcePlan, name: string, scope: SelectionScope): boolean {
  const allowed = Object.keys(resource.model.expand);
  const view = scope.views.of(resource, scope.principal);
  if (allowed.includes(name) && view.hidden.includes(name)) throw hiddenField(name);
  if (allowed.includes(name)) return true;
  scope.violations.push({
    pointer: "?expand",
    code: "not_allowed",
    message: `Cannot follow ${JSON.stringify(name)}. Allowed: ${listOf(allowed)}.`,
  });
  return false;
}

function readPath(
  path: string,
  view: View,
  own: FieldPlan[],
  follow: Map<string, FieldPlan[] | undefined>,
  scope: SelectionScope,
): void {
  const dot = path.indexOf(".");
  const head = dot === -1 ? path : path.slice(0, dot);
  if (dot === -1) {
    const field = findField(view, head, path, scope);
    if (field && !own.includes(field)) own.push(field);
    return;
  }
  const target = scope.resources.get(view.resource.model.expand[head] ?? "");
  if (target === undefined) {
    unknownField(path, view, scope);
    return;
  }
  if (view.hidden.includes(head)) throw hiddenField(head);
  const field = findField(scope.views.of(target, scope.principal), path.slice(dot + 1), path, scope);
  if (field === undefined) return;
  // A ref named in `expand` without fields of its own stays whole until some are named.
  const chosen = follow.get(head) ?? [];
  if (!chosen.includes(field)) chosen.push(field);
  follow.set(head, chosen);
}

function findField(view: View, name: string, path: string, scope: SelectionScope): FieldPlan | undefined {
  const field = view.resource.fields.get(name);
  if (field === undefined) unknownField(path, view, scope);
  else if (view.hidden.includes(name)) throw hiddenField(path);
  return field;
}

function unknownField(path: string, view: View, scope: SelectionScope): void {
  scope.violations.push({
    pointer: "?fields",
    code: "unknown_field",
    message: `There is no field ${JSON.stringify(path)}. Allowed: ${listOf(view.visible.map(({ name }) => name))}.`,
  });
}

function hiddenField(path: string): ApiError {
  return new ApiError("forbidden", `Your roles do not show the field ${path}.`);
}

/** Writes an allowlist for a message. */
export function listOf(names: readonly string[]): string {
  return names.length === 0 ? "none" : names.join(", ");
}
