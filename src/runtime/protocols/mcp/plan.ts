import { stringifyJson } from "../../../base/lib/index.ts";
import { createToolEmitter, isTool, type ToolArguments, toolName } from "../../../contract/emit/index.ts";
import type { Model, OperationModel } from "../../../contract/model/model.ts";
import { createPointerOf, type PointerOf } from "../../../wire/mcp/index.ts";

/** Everything about one tool that the model alone decides. */
export interface ToolPlan {
  readonly operation: OperationModel;
  readonly names: ToolArguments;
  /** The tool as it is listed, as JSON text. */
  readonly text: string;
  /** The same for versions before 2026-07-28, where every output is an object. */
  readonly oldText: string;
  /** Whether all answers are objects. */
  readonly answersObject: boolean;
  readonly pointerOf: PointerOf;
  /** Its answers are rows that changes may be meant for a version of. */
  readonly isVersioned: boolean;
}

/** The tools of a model, each worked out when it is first asked for: most services serve few of them. */
export interface ToolPlans {
  /** Names in the model's order. */
  readonly names: readonly string[];
  /** Id of the operation behind a tool; undefined for what is no tool. */
  operationOf(name: string): string | undefined;
  get(name: string): ToolPlan | undefined;
}

/** Makes the tools of a model. */
export function createToolPlans(model: Model): ToolPlans {
  const operations = new Map<string, OperationModel>();
  for (const operation of Object.values(model.operations)) {
    if (isTool(operation)) operations.set(toolName(operation), operation);
  }
  const plans = new Map<string, ToolPlan>();
  const emit = createToolEmitter(model);
  const versioned = new Set<string>();
  for (const { kind, method, resource } of operations.values()) {
    if (kind === "command" && method !== "create" && resource !== undefined) versioned.add(resource);
  }
  return {
    names: [...operations.keys()],
    operationOf: (name) => operations.get(name)?.id,
    get(name) {
      const operation = operations.get(name);
      if (operation === undefined) return undefined;
      let plan = plans.get(name);
      if (plan === undefined) {
        const { tool, names, answersObject } = emit(operation);
        const { outputSchema, ...old } = tool;
        const text = stringifyJson({ ...old, ...(outputSchema === undefined ? {} : { outputSchema }) });
        plan = {
          operation,
          names,
          text,
          oldText: answersObject ? text : stringifyJson({ ...old }),
          answersObject,
          pointerOf: createPointerOf(names),
          isVersioned: operation.output.kind === "row" && versioned.has(operation.output.resource),
        };
        plans.set(name, plan);
      }
      return plan;
    },
  };
}
