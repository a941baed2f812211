import type { AnyResource, OperationSpec } from "../language/index.ts";
import { operationId } from "./compile-operations.ts";
import { OPERATION, OPERATION_SPECS, operationResource } from "./operation-resource.ts";
import type { Report } from "./report.ts";

/** Adds the resource of long-running operations to a contract that has any; reports one that has another use for its name. */
export function addOperations(
  resources: Map<string, AnyResource>,
  specs: Map<string, OperationSpec>,
  report: Report,
): AnyResource | undefined {
  const first = [...specs.values()].find(({ options }) => options.longRunning !== undefined);
  if (first === undefined) return undefined;
  if (resources.has(OPERATION)) {
    report({
      place: `operation ${operationId(first)}, longRunning`,
      expected: "no resource named operation: long-running operations are served under this name",
      found: "one in the contract",
      fix: "rename the resource, such as to procedure",
    });
    return undefined;
  }
  resources.set(OPERATION, operationResource);
  for (const spec of OPERATION_SPECS) specs.set(operationId(spec), spec);
  return operationResource;
}
