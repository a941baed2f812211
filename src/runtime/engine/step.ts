import type { Model, OperationModel } from "../../contract/model/model.ts";
import type { ActiveCall } from "./active-call.ts";
import type { EngineCore } from "./core.ts";
import type { OperationPlan, PlanMode } from "./operation-plan.ts";

/** What a step does for one operation. Returns a promise only where it waits; throws to refuse the call. */
export type StepRun = (call: ActiveCall) => void | Promise<void>;

/** One stage of the pipeline. */
export interface Step {
  readonly name: string;
  /** Whether the step is part of the operation's pipeline at all. */
  appliesTo(operation: OperationModel, model: Model, mode: PlanMode): boolean;
  /** Makes the step's function; called once for each operation, at start. */
  prepare(plan: OperationPlan, core: EngineCore): StepRun;
}
