import { UsageError } from "../../../base/errors/index.ts";
import type { Model, OperationModel } from "../../../contract/model/index.ts";
import { operationId } from "../../../runtime/engine/index.ts";
import { encodeInput } from "../values.ts";
import type { CommandSource, CrashCommand } from "./crash-plan.ts";

/** A request of REST, the same at every try. */
export interface PreparedRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
}

/** Finds a command's operation in the model; throws UsageError where it is none that can be repeated safely. */
export function commandModel(model: Model, command: CrashCommand): OperationModel {
  const id = operationId(command.operation.spec);
  const operation = model.operations[id];
  const mistake = (expected: string, found: string, fix: string) =>
    new UsageError({ place: `crash plan, command ${id}`, expected, found, fix });
  if (operation?.http === undefined) {
    throw mistake(
      "an operation of the contract",
      "one it does not serve",
      "add it to the contract's operations",
    );
  }
  if (operation.kind !== "command")
    throw mistake("a command", `a ${operation.kind}`, "leave it out of the plan");
  if (operation.http.path.includes("{id}") && command.id === undefined) {
    throw mistake("an id", "none", "say which row: id: ({ made }) => made(createOperation)");
  }
  return operation;
}

/** Writes a command as a request; undefined where the plan has no row for it now. */
export function toRequest(
  model: Model,
  command: CrashCommand,
  source: CommandSource,
  credentials: { readonly apiKey: string | undefined; readonly idempotencyKey: string },
): PreparedRequest | undefined {
  const operation = commandModel(model, command);
  const id = command.id?.(source);
  if (command.id !== undefined && id === undefined) return undefined;
  const { method, path } = operation.http!;
  const input = command.input?.(source);
  if (command.input !== undefined && input === undefined) return undefined;
  const wire = input === undefined ? undefined : encodeInput(operation, input);
  const body = wire === undefined ? undefined : JSON.stringify(wire);
  const { apiKey, idempotencyKey } = credentials;
  return {
    method,
    path: `/${model.version}${path.replace("{id}", encodeURIComponent(id ?? ""))}`,
    headers: {
      Accept: "application/json",
      "Idempotency-Key": idempotencyKey,
      ...(apiKey === undefined ? {} : { Authorization: `Bearer ${apiKey}` }),
      ...(body === undefined ? {} : { "Content-Type": bodyType(method) }),
    },
    body,
  };
}

function bodyType(method: string): string {
  return method === "PATCH" ? "application/merge-patch+json" : "application/json";
}
