import type { OperationPlan } from "../operation-plan.ts";
import { projectPage } from "../project-page.ts";
import { projectRow } from "../project-row.ts";
import type { Step, StepRun } from "../step.ts";

/** Turns what the work gave into wire form: the fields that were asked for and that the caller may see. */
export const project: Step = {
  name: "project",
  appliesTo: ({ kind }) => kind === "query" || kind === "command",
  prepare(plan) {
    const { output } = plan;
    if (output === undefined) return projectValue(plan);
    return plan.operation.output.kind === "page"
      ? (call) => projectPage(call, output)
      : (call) => projectRow(call, output);
  },
};

function projectValue({ encodeValue, operation }: OperationPlan): StepRun {
  if (encodeValue === undefined) {
    return (call) => {
      call.success = { ok: true, value: undefined, kind: "none", replayed: false };
    };
  }
  const kind = operation.method === "create" ? "created" : "ok";
  return (call) => {
    call.success = { ok: true, value: encodeValue(call.value), kind, replayed: false };
  };
}
