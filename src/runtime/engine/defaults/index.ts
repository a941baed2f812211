import type { OperationPlan } from "../operation-plan.ts";
import type { StepRun } from "../step.ts";
import { createRow } from "./create.ts";
import { deleteRow } from "./delete.ts";
import { downloadFile } from "./download.ts";
import { getRow } from "./get.ts";
import { listRows } from "./list.ts";
import { patchRow } from "./patch.ts";
import { replaceRow } from "./replace.ts";
import { setFields } from "./set.ts";

const WORK = {
  list: listRows,
  get: getRow,
  create: createRow,
  replace: replaceRow,
  patch: patchRow,
  delete: deleteRow,
  download: downloadFile,
} as const;

/** What an operation does without a handler of its own; undefined where it needs one. */
export function defaultWork(plan: OperationPlan): StepRun | undefined {
  const { resource, operation } = plan;
  const { method } = operation;
  if (resource === undefined || method === undefined) return undefined;
  if (method === "action") return operation.set === undefined ? undefined : setFields(plan, resource);
  const work = WORK[method];
  return (call) => work(call, resource);
}
