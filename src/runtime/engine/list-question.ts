import { ApiError, type Violation } from "../../base/errors/index.ts";
import type { ListFilter, ListSort } from "../../contract/language/index.ts";
import type { FilterModel } from "../../contract/model/model.ts";
import type { FieldNode } from "../../contract/schema/index.ts";
import type { Principal } from "./call.ts";
import { readFilterValues } from "./filter-values.ts";
import type { ResourcePlan } from "./resource-plan.ts";
import type { ListQuestion } from "./select.ts";
import { listOf } from "./selection.ts";
import { seesByRole } from "./view.ts";

/** A list question whose names and values have been checked; positions are still the caller's. */
export interface CheckedQuestion {
  readonly filter: readonly ListFilter[];
  readonly sort: ListSort;
  readonly search?: string;
  readonly limit: number;
  readonly cursor?: string;
  readonly backward?: boolean;
  readonly offset?: number;
  readonly total?: true;
}

export interface QuestionScope {
  readonly resources: ReadonlyMap<string, ResourcePlan>;
  readonly principal: Principal | undefined;
  readonly violations: Violation[];
}

/** Longest `?q=`, in UTF-16 units: longer than any phrase, short enough for the text search parser. */
const LONGEST_SEARCH = 500;

/**
 * Checks a list question against the resource's allowlists. Everything wrong goes to `violations`, each naming what is
 * allowed; a filter or sort by a field that only others may see is refused at once with 403, since it would tell.
 */
export function checkQuestion(
  resource: ResourcePlan,
  question: ListQuestion,
  scope: QuestionScope,
): CheckedQuestion {
  const { list } = resource.model;
  const { violations } = scope;
  return {
    filter: checkFilters(resource, question.filter ?? {}, scope),
    sort: checkSort(resource, question.sort, scope),
    limit: checkLimit(question.limit, list.limit, list.maxLimit, violations),
    ...checkSearch(resource, question.search, scope),
    ...checkOffset(question, list.maxOffset, violations),
    ...checkTotal(question.total, list.total, violations),
    ...(question.cursor === undefined ? {} : { cursor: question.cursor }),
    ...(question.backward === undefined ? {} : { backward: question.backward }),
  };
}

function checkFilters(
  resource: ResourcePlan,
  asked: NonNullable<ListQuestion["filter"]>,
  scope: QuestionScope,
): readonly ListFilter[] {
  const filters: ListFilter[] = [];
  for (const [path, conditions] of Object.entries(asked)) {
    const allowed = resource.model.list.filter;
    const model = Object.hasOwn(allowed, path) ? allowed[path] : undefined;
    if (model === undefined) {
      const filters = listOf(Object.keys(allowed));
      refuse(scope, path, "unknown_parameter", `Is not a parameter of this list. Filters: ${filters}.`);
      continue;
    }
    refuseHidden(resource, path, scope);
    for (const [operator, texts] of Object.entries(conditions)) {
      const filter = checkFilter(path, operator, texts, model, scope);
      if (filter) filters.push(filter);
    }
  }
  return filters;
}

function checkFilter(
  path: string,
  operator: string,
  texts: readonly string[],
  model: FilterModel,
  scope: QuestionScope,
): ListFilter | undefined {
  const known = model.operators.find((name) => name === operator);
  if (known === undefined) {
    const message = `Is not an operator of this filter. Allowed: ${listOf(model.operators)}.`;
    refuse(scope, `${path}[${operator}]`, "not_allowed", message);
    return undefined;
  }
  const pointer = known === "in" ? `?${path}` : `?${path}[${known}]`;
  const values = readFilterValues(known, texts, model.field, pointer, scope.violations);
  return values && { field: path, operator: known, values };
}

function checkSort(resource: ResourcePlan, asked: string | undefined, scope: QuestionScope): ListSort {
  const { sort, defaultSort } = resource.model.list;
  if (asked === undefined) return defaultSort;
  const descending = asked.startsWith("-");
  const field = descending ? asked.slice(1) : asked;
  if (!sort.includes(field) && field !== defaultSort.field) {
    const allowed = [...new Set([...sort, defaultSort.field])];
    const hint = asked.includes(",") ? "Must be one field" : `Cannot be ${JSON.stringify(field)}`;
    refuse(
      scope,
      "sort",
      "not_allowed",
      `${hint}. Allowed: ${listOf(allowed)}, each also with "-" before it.`,
    );
    return defaultSort;
  }
  refuseHidden(resource, field, scope);
  return { field, descending };
}

function checkLimit(asked: number | undefined, usual: number, most: number, violations: Violation[]): number {
  if (asked === undefined) return usual;
  if (Number.isInteger(asked) && asked >= 1 && asked <= most) return asked;
  violations.push({
    pointer: "?limit",
    code: asked > most ? "too_big" : asked < 1 ? "too_small" : "bad_format",
    message: `Must be a whole number from 1 to ${most}.`,
  });
  return usual;
}

function checkSearch(
  resource: ResourcePlan,
  asked: string | undefined,
  scope: QuestionScope,
): { readonly search?: string } {
  if (asked === undefined) return {};
  const { search } = resource.model.list;
  if (search.length === 0) refuse(scope, "q", "unknown_parameter", "Is not offered by this list.");
  else if (asked.trim() === "") refuse(scope, "q", "too_short", "Must not be empty.");
  else if (asked.length > LONGEST_SEARCH)
    refuse(scope, "q", "too_long", `Must have at most ${LONGEST_SEARCH} characters.`);
  else if (asked.includes("\0")) refuse(scope, "q", "bad_text", "Must not contain NUL.");
  for (const field of search) refuseHidden(resource, field, scope);
  return { search: asked };
}

function checkOffset(
  { offset, cursor, backward }: ListQuestion,
  most: number | undefined,
  violations: Violation[],
): { readonly offset?: number } {
  if (offset === undefined) return {};
  const complain = (code: string, message: string) => violations.push({ pointer: "?offset", code, message });
  if (most === undefined) complain("unknown_parameter", "Is not offered by this list. Use cursor.");
  else if (cursor !== undefined) complain("not_allowed", "Cannot be combined with cursor.");
  else if (backward) complain("not_allowed", "Cannot be combined with reading backward.");
  else if (!Number.isInteger(offset) || offset < 0 || offset > most)
    complain(
      offset > most ? "too_big" : "bad_format",
      `Must be a whole number from 0 to ${most}. Use cursor to go further.`,
    );
  return { offset };
}

function checkTotal(
  asked: boolean | undefined,
  kind: string,
  violations: Violation[],
): { readonly total?: true } {
  if (asked !== true) return {};
  if (kind === "none") {
    violations.push({
      pointer: "?total",
      code: "unknown_parameter",
      message: "Is not offered by this list.",
    });
  }
  return { total: true };
}

function refuse({ violations }: QuestionScope, name: string, code: string, message: string): void {
  violations.push({ pointer: `?${name}`, code, message });
}

function refuseHidden(resource: ResourcePlan, path: string, { resources, principal }: QuestionScope): void {
  for (const node of nodesOf(resource, path, resources)) {
    if (!seesByRole(node, principal)) {
      throw new ApiError("forbidden", `Your roles do not show the field ${path}.`);
    }
  }
}

/** The fields that a path goes through: one, or a ref and a field of the resource it names. */
export function nodesOf(
  resource: ResourcePlan,
  path: string,
  resources: ReadonlyMap<string, ResourcePlan>,
): readonly FieldNode[] {
  const [head = "", tail] = path.split(".");
  const first = resource.model.fields[head];
  if (first === undefined || tail === undefined) return first ? [first] : [];
  const target = first.type.kind === "ref" ? resources.get(first.type.resource) : undefined;
  const last = target?.model.fields[tail];
  return last ? [first, last] : [first];
}
