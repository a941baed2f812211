import { UsageError } from "../../../base/errors/index.ts";
import type { HttpModel, Model, OperationModel } from "../../../contract/model/index.ts";
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
export function commandModel(
  model: Model,
  command: CrashCommand,
): OperationModel & { readonly http: HttpModel } {
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
  const { http } = operation;
  if (operation.kind !== "command")
    throw mistake("a command", `a ${operation.kind}`, "leave it out of the plan");
  if (operation.idempotency === "none") {
    throw mistake(
      "an operation that takes an Idempotency-Key",
      'idempotency: "none"',
      "declare it accepted or required: without one no caller can repeat the command safely",
    );
  }
  if (http.path.includes("{id}") && !http.parameters.includes("id") && command.id === undefined) {
    throw mistake("an id", "none", "say which row: id: ({ made }) => made(createOperation)");
  }
  return { ...operation, http };
}

/** Writes a command as a request; undefined where the plan has no row or input for it now. */
export function toRequest(
  model: Model,
  command: CrashCommand,
  source: CommandSource,
  credentials: { readonly apiKey: string | undefined; readonly idempotencyKey: string },
): PreparedRequest | undefined {
  const operation = commandModel(model, command);
  const { method, path, parameters, query, body: wrapper } = operation.http;
  const id = command.id?.(source);
  const input = command.input?.(source);
  if (
    (command.id !== undefined && id === undefined) ||
    (command.input !== undefined && input === undefined)
  ) {
    return undefined;
  }
  const fields = recordOf(encodeInput(operation, input));
  const inPath = parameters.reduce(
    (text, name) => text.replace(`{${name}}`, encodeURIComponent(String(fields[name]))),
    path.replace("{id}", encodeURIComponent(id ?? "")),
  );
  const inQuery = query.filter((name) => fields[name] !== undefined);
  const search = new URLSearchParams(inQuery.map((name) => [name, String(fields[name])]));
  const others = Object.entries(fields).filter(
    ([name]) => !parameters.includes(name) && !query.includes(name),
  );
  const value = Object.fromEntries(others);
  const text = JSON.stringify(wrapper === undefined ? value : { [wrapper]: value });
  const body = input === undefined || (others.length === 0 && wrapper === undefined) ? undefined : text;
  const { apiKey, idempotencyKey } = credentials;
  return {
    method,
    path: `${model.rest.base}${inPath}${search.size === 0 ? "" : `?${search}`}`,
    headers: {
      Accept: "application/json",
      "Idempotency-Key": idempotencyKey,
      ...(apiKey === undefined ? {} : { Authorization: `Bearer ${apiKey}` }),
      ...(body === undefined ? {} : { "Content-Type": bodyType(method) }),
      ...command.headers,
    },
    body,
  };
}

/** Writes the read of the row that an answer is about; undefined where the contract offers none. */
export function toRowRequest(
  model: Model,
  operation: OperationModel,
  id: string,
  headers: PreparedRequest["headers"],
): PreparedRequest | undefined {
  const http = model.operations[`${operation.resource ?? ""}.get`]?.http;
  if (http === undefined || http.parameters.length > 0 || operation.output.kind !== "row") return undefined;
  const { "Idempotency-Key": _key, "Content-Type": _type, ...others } = headers;
  const path = model.rest.base + http.path.replace("{id}", encodeURIComponent(id));
  return { method: "GET", path, headers: others, body: undefined };
}

function bodyType(method: string): string {
  return method === "PATCH" ? "application/merge-patch+json" : "application/json";
}

function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? { ...value } : {};
}
