import { ApiError, type Violation } from "../../../base/errors/index.ts";
import { resolveAccess } from "../access.ts";
import type { Principal } from "../call.ts";
import type { EngineCore } from "../core.ts";
import type { CheckedQuestion } from "../list-question.ts";
import type { Expansion } from "../ports.ts";
import type { ResourcePlan } from "../resource-plan.ts";
import type { ListSelection, RefSelection, RowSelection } from "../select.ts";
import { listOf } from "../selection.ts";
import type { ListTree, RefTree, Tree } from "./tree.ts";

/** What is needed to read a selection. */
export interface TreeScope {
  readonly core: EngineCore;
  readonly principal: Principal | undefined;
  readonly violations: Violation[];
}

/** Refs and relations below each other, and all that one selection may have: more is no question, but an attack. */
const MAX_DEPTH = 16;
const MAX_BRANCHES = 250;

/**
 * Reads a selection against the contract and what the caller may see. Whatever is not there goes to `violations`; what the
 * caller may not see is marked, for the answer to say so. Throws `too_complex` for one that is too deep or too wide.
 */
export function readTree(resource: ResourcePlan, selection: RowSelection, scope: TreeScope): Tree {
  return new TreeReader(scope).row(resource, selection, "", 0);
}

class TreeReader {
  readonly #scope: TreeScope;
  #branches = 0;

  constructor(scope: TreeScope) {
    this.#scope = scope;
  }

  row(resource: ResourcePlan, selection: RowSelection, path: string, depth: number): Tree {
    const { core, principal, violations } = this.#scope;
    const { refs = NONE, lists = NONE } = selection;
    const view = core.views.of(resource, principal);
    const plan = core.rowPlans.of(selection, view, { violations, path });
    if (refs.length === 0 && lists.length === 0) return { plan, ...LEAF };
    this.#branches += refs.length + lists.length;
    if (depth >= MAX_DEPTH || this.#branches > MAX_BRANCHES) throw tooComplex(path, depth);
    const refTrees = refs.map((ref, place) => {
      if (view.hidden.includes(ref.field)) return undefined;
      // Of one field followed twice the second is read apart: its selection may have nothing of the first's.
      const joined = refs.findIndex(({ field }) => field === ref.field) === place;
      return this.#ref(resource, ref, { path, depth: depth + 1, joined });
    });
    const listTrees = lists.map((list) => this.#list(resource, list, path, depth + 1));
    return { plan, refs: refTrees, lists: listTrees, expand: expansionsOf(refTrees), leaf: false };
  }

  #ref(
    resource: ResourcePlan,
    { field, row }: RefSelection,
    { path, depth, joined }: { readonly path: string; readonly depth: number; readonly joined: boolean },
  ): RefTree | undefined {
    const { core, principal } = this.#scope;
    const { expand } = resource.model;
    const target = Object.hasOwn(expand, field) ? core.resources.get(expand[field] ?? "") : undefined;
    // The plan has told of it.
    if (target === undefined) return undefined;
    const below = `${path}/${field}`;
    return {
      field,
      path: below,
      joined,
      access: resolveAccess(target.model.read, principal),
      tree: this.row(target, row, below, depth),
    };
  }

  #list(resource: ResourcePlan, list: ListSelection, path: string, depth: number): ListTree | undefined {
    const { core, principal, violations } = this.#scope;
    const { relations } = resource.model;
    const { relation: name } = list;
    const below = `${path}/${name}`;
    const relation = Object.hasOwn(relations, name) ? relations[name] : undefined;
    const target = core.resources.get(relation?.resource ?? "");
    const operation = core.model.operations[`${relation?.resource}.list`];
    if (relation === undefined || target === undefined || operation === undefined) {
      const message = `Is no relation of ${resource.name}. Allowed: ${listOf(Object.keys(relations))}.`;
      violations.push({ pointer: below, code: "unknown_field", message });
      return undefined;
    }
    if (core.handled.has(operation.id)) {
      const message = `Is not served: ${operation.id} has a handler of its own, which relations would pass by.`;
      violations.push({ pointer: below, code: "not_allowed", message });
      return undefined;
    }
    const question = this.#question(target, list, below);
    const access = resolveAccess(operation.access, principal);
    if (access === undefined) return undefined;
    const { field: ref } = relation;
    const tree = this.row(target, list.row, below, depth);
    return { resource: target, ref, path: below, question, access, tree };
  }

  #question(target: ResourcePlan, list: ListSelection, path: string): CheckedQuestion {
    const { core, principal, violations } = this.#scope;
    const found: Violation[] = [];
    const question = core.questions.check(target, list.question ?? {}, {
      resources: core.resources,
      principal,
      violations: found,
    });
    for (const { pointer, ...rest } of found) violations.push({ pointer: `${path}${pointer}`, ...rest });
    return question;
  }
}

const NONE: readonly never[] = Object.freeze([]);
const LEAF = Object.freeze({ refs: NONE, lists: NONE, expand: undefined, leaf: true });

/** Refs whose rows nobody may read need no look. */
function expansionsOf(refs: readonly (RefTree | undefined)[]): readonly Expansion[] | undefined {
  const expand: Expansion[] = [];
  for (const ref of refs) {
    if (ref?.access === undefined || !ref.joined) continue;
    const { field, access, tree } = ref;
    expand.push({ field, resource: tree.plan.view.resource.name, fields: tree.plan.names, access });
  }
  return expand.length === 0 ? undefined : expand;
}

function tooComplex(path: string, depth: number): ApiError {
  return new ApiError(
    "too_complex",
    depth >= MAX_DEPTH
      ? `The selection goes deeper than ${MAX_DEPTH} refs and relations: ${path.slice(0, 200)}.`
      : `The selection has more than ${MAX_BRANCHES} refs and relations.`,
  );
}
