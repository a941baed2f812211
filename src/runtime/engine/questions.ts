import { type CheckedQuestion, checkQuestion, nodesOf, type QuestionScope } from "./list-question.ts";
import type { ResourcePlan } from "./resource-plan.ts";
import type { ListQuestion } from "./select.ts";

/** Checks questions, and keeps what it has found of those that are frozen: whoever asks them means to ask them again. */
export class Questions {
  readonly #kept = new WeakMap<
    ListQuestion,
    { readonly resource: ResourcePlan; readonly checked: CheckedQuestion }
  >();

  /** As {@link checkQuestion}. */
  check(resource: ResourcePlan, question: ListQuestion, scope: QuestionScope): CheckedQuestion {
    if (!Object.isFrozen(question)) return checkQuestion(resource, question, scope);
    const kept = this.#kept.get(question);
    if (kept?.resource === resource) return kept.checked;
    const before = scope.violations.length;
    const checked = checkQuestion(resource, question, scope);
    if (scope.violations.length === before && !dependsOnCaller(resource, checked, scope)) {
      this.#kept.set(question, { resource, checked });
    }
    return checked;
  }
}

/** Whether the question names a field that not everybody sees, so that it may be asked by some only. */
function dependsOnCaller(
  resource: ResourcePlan,
  { filter, sort, search }: CheckedQuestion,
  { resources }: QuestionScope,
): boolean {
  const searched = search === undefined ? [] : resource.model.list.search;
  const paths = [...filter.map(({ field }) => field), sort.field, ...searched];
  return paths.some((path) =>
    nodesOf(resource, path, resources).some(({ visibleTo }) => visibleTo !== undefined),
  );
}
