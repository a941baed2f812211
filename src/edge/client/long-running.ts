import { UsageError } from "../../base/errors/index.ts";
import type { CallShape } from "../../contract/language/index.ts";
import type { OperationOutline, Outline } from "../../contract/model/index.ts";
import { CallError } from "./call-error.ts";
import type { AnyCallOptions } from "./call-options.ts";
import type { ClientCall, ClientCaller } from "./caller.ts";
import type { CallableOperation, ClientCalls, Given, Received } from "./client.ts";
import { createRunningOperation, type RunningOperation } from "./running-operation.ts";

/** What stands behind a client, for functions beside its methods. */
export interface ClientParts {
  readonly outline: Outline;
  readonly caller: ClientCaller;
}

const clients = new WeakMap<object, ClientParts>();

/** Lets the functions here know a client. */
export function registerClient(client: object, parts: ClientParts): void {
  clients.set(client, parts);
}

/**
 * Begins the work of a long-running command and gives its handle, without waiting for it: to show progress, to cancel, or to
 * go on after a restart. Calling the command itself begins and waits.
 */
export function startOperation<Shape extends CallShape>(
  client: ClientCalls,
  command: CallableOperation<Shape>,
  ...args: Given<Shape> extends undefined
    ? [input?: undefined, options?: AnyCallOptions]
    : [input: Given<Shape>, options?: AnyCallOptions]
): Promise<RunningOperation<Received<Shape>>>;
export async function startOperation(
  client: ClientCalls,
  command: CallableOperation<unknown>,
  input?: unknown,
  options?: AnyCallOptions,
): Promise<RunningOperation<unknown>> {
  const { parts, operation } = find(client, command);
  return beginOperation({ operation, input, options }, parts);
}

/** The handle of work that was begun before, by the id that was kept. Asks nothing yet. */
export function resumeOperation<Shape extends CallShape>(
  client: ClientCalls,
  command: CallableOperation<Shape>,
  id: string,
): RunningOperation<Received<Shape>>;
export function resumeOperation(
  client: ClientCalls,
  command: CallableOperation<unknown>,
  id: string,
): RunningOperation<unknown> {
  const { parts, operation } = find(client, command);
  return createRunningOperation(id, { command: operation, ...parts });
}

/** Sends a long-running command; its answer names the work. */
export async function beginOperation(
  call: ClientCall,
  parts: ClientParts,
): Promise<RunningOperation<unknown>> {
  const row: unknown = await parts.caller.call(call);
  const id = typeof row === "object" && row !== null && "id" in row ? row.id : undefined;
  if (typeof id === "string") return createRunningOperation(id, { command: call.operation, ...parts });
  const message = "The answer names no operation to ask for.";
  throw new CallError("bad-answer", message, { context: { operation: call.operation.id } });
}

function find(
  client: ClientCalls,
  { spec }: CallableOperation<unknown>,
): { readonly parts: ClientParts; readonly operation: OperationOutline } {
  const parts = clients.get(client);
  const id = spec.resource === undefined ? spec.name : `${spec.resource}.${spec.name}`;
  const operation = parts?.outline.operation(id);
  if (parts !== undefined && operation?.longRunning !== undefined) return { parts, operation };
  throw new UsageError({
    place: `long-running operation ${id}`,
    expected: "a client made by createClient, and a long-running command of its contract",
    found:
      parts === undefined
        ? "another object"
        : operation === undefined
          ? "another command"
          : "one that answers directly",
    fix: parts === undefined ? "hand in the client" : "call it as a method of the client",
  });
}
