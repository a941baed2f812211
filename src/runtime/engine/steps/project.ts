import { ApiError } from "../../../base/errors/index.ts";
import { answersMany } from "../../../contract/model/index.ts";
import type { Encoder } from "../../../contract/schema/index.ts";
import type { OperationPlan } from "../operation-plan.ts";
import { projectPage } from "../project-page.ts";
import { projectRow } from "../project-row.ts";
import { projectTreePage, projectTreeRow, projectTreeRows } from "../project-tree.ts";
import type { Step, StepRun } from "../step.ts";

/** Turns what the work gave into wire form: the fields that were asked for and that the caller may see. */
export const project: Step = {
  name: "project",
  appliesTo: (operation, _model, mode) => !answersMany(operation) && mode !== "accept",
  prepare(plan) {
    const { output } = plan;
    if (output === undefined) return projectValue(plan);
    return plan.operation.output.kind === "page"
      ? (call) => (call.tree === undefined ? projectPage(call, output) : projectTreePage(call, call.tree))
      : (call) => {
          const { tree, rows } = call;
          if (tree === undefined) return projectRow(call, output);
          return rows === undefined ? projectTreeRow(call, output, tree) : projectTreeRows(call, rows, tree);
        };
  },
};

function projectValue({ encodeValue, operation }: OperationPlan): StepRun {
  if (encodeValue === undefined) {
    return (call) => {
      call.success = { ok: true, value: undefined, kind: "none", replayed: false };
    };
  }
  const kind = operation.method === "create" ? "created" : "ok";
  if (operation.output.kind === "file") return projectFile(encodeValue);
  return (call) => {
    call.success = { ok: true, value: encodeValue(call.value), kind, replayed: false };
  };
}

/** What a download sends; the protocol fetches the bytes. A file that is not there is nothing at its path. */
function projectFile(encode: Encoder): StepRun {
  return (call) => {
    if (call.value === undefined || call.value === null) {
      throw new ApiError("not_found", "There is no file here.");
    }
    call.success = { ok: true, value: encode(call.value), kind: "ok", replayed: false };
  };
}
