import type { Model, OperationModel } from "../model/index.ts";
import { fieldsWithoutFiles } from "./upload-body.ts";

/** What a tool's arguments say beside the fields of the operation's input. */
export type ToolArgument =
  | "id"
  | "filter"
  | "sort"
  | "search"
  | "limit"
  | "cursor"
  | "offset"
  | "total"
  | "fields"
  | "expand"
  | "ifMatch"
  | "idempotencyKey"
  | "waitSeconds";

/** Name of each argument that the tool takes. */
export type ToolArguments = Readonly<Partial<Record<ToolArgument, string>>>;

/**
 * Whether an operation can be a tool: one call, one answer, both JSON. Streams and channels have protocols of their own,
 * and bytes of files go over REST.
 */
export function isTool({ kind, input, output }: OperationModel): boolean {
  if (kind !== "query" && kind !== "command") return false;
  return output.kind !== "file" && fieldsWithoutFiles(Object.entries(input?.fields ?? {})) !== undefined;
}

/** Name of an operation's tool: its id in the letters that every model provider takes, `appointment_cancel`. */
export function toolName({ id }: Pick<OperationModel, "id">): string {
  return id.replaceAll(".", "_");
}

/**
 * Names the arguments of an operation's tool. An argument of ours that an input field has the name of gives way: it gets
 * underscores until it is alone.
 */
export function toolArguments(model: Model, operation: OperationModel): ToolArguments {
  const names: Partial<Record<ToolArgument, string>> = {};
  for (const argument of argumentsOf(model, operation)) {
    let name: string = argument;
    while (Object.hasOwn(operation.input?.fields ?? {}, name)) name += "_";
    names[argument] = name;
  }
  return names;
}

function argumentsOf(model: Model, operation: OperationModel): readonly ToolArgument[] {
  const { kind, method, output, idempotency, longRunning } = operation;
  const isOnRow = method !== undefined && method !== "list" && method !== "create";
  const resource =
    output.kind === "row" || output.kind === "page" ? model.resources[output.resource] : undefined;
  const found: ToolArgument[] = [];
  if (isOnRow) found.push("id");
  if (method === "list" && resource !== undefined) {
    const { filter, search, maxOffset, total } = resource.list;
    if (Object.keys(filter).length > 0) found.push("filter");
    found.push("sort");
    if (search.length > 0) found.push("search");
    found.push("limit", "cursor");
    if (maxOffset !== undefined) found.push("offset");
    if (total !== "none") found.push("total");
  }
  if (resource !== undefined) {
    found.push("fields");
    if (Object.keys(resource.expand).length > 0) found.push("expand");
  }
  if (kind === "command" && isOnRow) found.push("ifMatch");
  if (idempotency !== "none") found.push("idempotencyKey");
  if (longRunning !== undefined) found.push("waitSeconds");
  return found;
}
