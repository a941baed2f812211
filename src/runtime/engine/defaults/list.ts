import type { ActiveCall } from "../active-call.ts";
import type { CheckedQuestion } from "../list-question.ts";
import { planPage } from "../page.ts";
import type { ResourcePlan } from "../resource-plan.ts";

/** Reads one page. */
export async function listRows(call: ActiveCall, resource: ResourcePlan): Promise<void> {
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
  call.page = await call.session.list(resource.name, plan.plan);
}

function questionOf({ question, plan }: ActiveCall): CheckedQuestion {
  if (question === undefined) throw new TypeError(`${plan.operation.id} has not been validated`);
  return question;
}
