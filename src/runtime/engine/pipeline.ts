import type { Model } from "../../contract/model/model.ts";
import type { EngineCore } from "./core.ts";
import type { OperationPlan } from "./operation-plan.ts";
import type { Step, StepRun } from "./step.ts";
import { RESTART } from "./steps.ts";

/** The steps of one operation, ready to run. */
export interface Pipeline {
  readonly plan: OperationPlan;
  /** Names of all its steps, for documents and tests. */
  readonly names: readonly string[];
  readonly runs: readonly StepRun[];
  /** Where a call begins again once a durable step has been done. */
  readonly restartAt: number;
  /** Runs last, whatever happened before. */
  readonly close: StepRun;
}

/** Leaves out the steps that do not apply to the operation and prepares the others. */
export function compilePipeline(
  steps: readonly Step[],
  plan: OperationPlan,
  core: EngineCore,
  model: Model = core.model,
): Pipeline {
  const applying = steps.filter((step) => step.appliesTo(plan.operation, model, plan.mode));
  const runs = applying.map((step) => withStepOnSpan(step.name, step.prepare(plan, core), core));
  const close = runs.pop();
  if (close === undefined) throw new TypeError("A pipeline needs at least its closing step");
  const names = applying.map(({ name }) => name);
  return { plan, names, runs, restartAt: names.indexOf(RESTART), close };
}

/** Wrapped only for a tracer that asks for it: nobody else's calls pay. */
function withStepOnSpan(name: string, run: StepRun, { tracer }: EngineCore): StepRun {
  if (tracer?.steps !== true) return run;
  return (call) => {
    call.span?.step?.(name);
    return run(call);
  };
}
