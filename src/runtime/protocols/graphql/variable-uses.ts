import { Kind, type OperationDefinitionNode } from "graphql";
import type { OperationModel } from "../../../contract/model/index.ts";
import { type DocumentScope, PlanScope } from "./plan-scope.ts";

/** Where a variable goes. */
export interface VariableUse {
  /** Pointer of its value in the input of its operation; `?name` for an argument beside the input. */
  readonly pointer: string;
  /** The operation that it is given to. */
  readonly operation?: OperationModel | undefined;
  /** Whether it is the operation's whole input. */
  readonly isInput?: true;
}

/** Where the variables of an operation are first used among the arguments of its root's fields. */
export function variableUses(
  definition: OperationDefinitionNode,
  scope: DocumentScope,
): ReadonlyMap<string, VariableUse> {
  const uses = new Map<string, VariableUse>();
  const root = definition.operation === "mutation" ? "Mutation" : "Query";
  const plan = new PlanScope({ ...scope, conditions: {} });
  for (const selection of definition.selectionSet.selections) {
    if (selection.kind !== Kind.FIELD || selection.name.value.startsWith("__")) continue;
    const { source } = plan.field(root, selection.name.value);
    const operation = source.kind === "operation" ? scope.model.operations[source.id] : undefined;
    const isFree = operation?.kind === "query" && operation.method === undefined;
    for (const { name, value } of selection.arguments ?? []) {
      const isInput = operation?.kind === "command" && name.value === "input";
      const pointer = isInput ? "" : isFree ? `/${name.value}` : `?${name.value}`;
      if (value.kind === Kind.VARIABLE) {
        note(value.name.value, { pointer, operation, ...(isInput ? { isInput } : {}) });
      } else if (value.kind === Kind.OBJECT) {
        for (const field of value.fields) {
          if (field.value.kind !== Kind.VARIABLE) continue;
          note(field.value.name.value, { pointer: `${pointer}/${field.name.value}`, operation });
        }
      }
    }
  }
  return uses;
  function note(name: string, use: VariableUse): void {
    if (!uses.has(name)) uses.set(name, use);
  }
}
