import type { ActiveCall } from "../active-call.ts";
import type { CheckedQuestion } from "../list-question.ts";
import { planPage } from "../page.ts";
import { isPromise } from "../record.ts";
import type { ResourcePlan } from "../resource-plan.ts";

/** Reads one page. */
export function listRows(call: ActiveCall, resource: ResourcePlan): void | Promise<void> {
  const { core, access, selection } = call;
  const plan = planPage(
    resource,
    questionOf(call),
    { access, ...(selection === undefined ? {} : { selection }) },
    {
      resources: core.resources,
      cursors: core.cursors,
      operation: call.plan.operation.id,
      version: core.version,
    },
  );
  call.pagePlan = plan;
  const read = call.session.list(resource.name, plan.plan);
  if (isPromise(read)) {
    return read.then((page) => {
      call.page = page;
    });
  }
  call.page = read;
  return undefined;
}

function questionOf({ question, plan }: ActiveCall): CheckedQuestion {
  if (question === undefined) throw new TypeError(`${plan.operation.id} has not been validated`);
  return question;
}
