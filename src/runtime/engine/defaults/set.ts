import { compileDecoder } from "../../../contract/schema/index.ts";
import type { OperationPlan } from "../operation-plan.ts";
import type { ResourcePlan } from "../resource-plan.ts";
import type { StepRun } from "../step.ts";
import { updateRow } from "./update.ts";

/** Makes the work of an action that only sets fields. */
export function setFields({ operation }: OperationPlan, resource: ResourcePlan): StepRun {
  const changes: Record<string, unknown> = {};
  for (const [name, wire] of Object.entries(operation.set ?? {})) {
    const node = resource.model.fields[name];
    changes[name] = wire === null || node === undefined ? wire : compileDecoder(node)(wire, "", []);
  }
  return (call) => updateRow(call, resource, changes);
}
