import { type Mistake, UsageError } from "../../base/errors/index.ts";
import type { Model, OperationModel } from "../../contract/model/model.ts";
import { type Handler, operationId } from "./handle.ts";

/** Orders handlers by operation; throws UsageError with every unknown, duplicate and missing one. */
export function checkHandlers(model: Model, handlers: readonly Handler[]): ReadonlyMap<string, Handler> {
  const mistakes: Mistake[] = [];
  const byOperation = new Map<string, Handler>();
  for (const handler of handlers) {
    const id = operationId(handler.operation.spec);
    if (!Object.hasOwn(model.operations, id)) mistakes.push(unknown(id, model));
    else if (byOperation.has(id)) mistakes.push(duplicate(id));
    byOperation.set(id, handler);
  }
  for (const operation of Object.values(model.operations)) {
    if (byOperation.has(operation.id)) continue;
    const why = whyHandlerNeeded(operation, model);
    if (why !== undefined) mistakes.push(missing(operation.id, why));
  }
  if (mistakes.length > 0) throw new UsageError(mistakes);
  return byOperation;
}

/** Says why an operation cannot do without a handler; undefined where its default does. */
function whyHandlerNeeded(operation: OperationModel, model: Model): string | undefined {
  const { method, kind, set, input, output } = operation;
  if (method === undefined) return `a ${kind} outside resources has no default`;
  if (method === "action") {
    if (set === undefined) return "an action without `set` has no default";
    if (output.kind === "value") return "its output is not the row";
    return input === undefined ? undefined : "`set` alone would ignore its input";
  }
  return method === "create" ? whyCreateNeedsHandler(operation, model) : undefined;
}

function whyCreateNeedsHandler({ resource }: OperationModel, model: Model): string | undefined {
  const row = resource === undefined ? undefined : model.resources[resource];
  for (const [name, field] of Object.entries(row?.fields ?? {})) {
    const made = name === "id" || name === "createdAt" || name === "updatedAt" || name === row?.owner;
    if (made || !field.readOnly || field.optional || field.nullable || field.default !== undefined) continue;
    return `the field ${name} is set by the server and has no default`;
  }
  return undefined;
}

function unknown(id: string, model: Model): Mistake {
  return {
    place: `handler of ${id}`,
    expected: `an operation of the contract ${model.name}`,
    found: "none of this name",
    fix: `add it to operations of api(${JSON.stringify(model.name)}, …), or remove the handler`,
  };
}

function duplicate(id: string): Mistake {
  return {
    place: `handler of ${id}`,
    expected: "one handler",
    found: "another one for the same operation",
    fix: "remove one of them",
  };
}

function missing(id: string, why: string): Mistake {
  return {
    place: `operation ${id}`,
    expected: "a handler",
    found: `none, and ${why}`,
    fix: `add handle(…) for it to the service`,
  };
}
