import type { Model, OperationModel, ResourceModel } from "../model/index.ts";
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

/** Name of each argument that the tool reads. */
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

/** Lists read all of theirs, offered or not, so that the engine says what a list does not offer. */
function argumentsOf(model: Model, operation: OperationModel): readonly ToolArgument[] {
  const { kind, method, output, idempotency, longRunning } = operation;
  const isOnRow = method !== undefined && method !== "list" && method !== "create";
  const found: ToolArgument[] = [];
  if (isOnRow) found.push("id");
  if (method === "list") found.push(...LIST_ARGUMENTS);
  if (rowsOf(model, output) !== undefined) found.push("fields", "expand");
  if (kind === "command" && isOnRow) found.push("ifMatch");
  if (idempotency !== "none") found.push("idempotencyKey");
  if (longRunning !== undefined) found.push("waitSeconds");
  return found;
}

const LIST_ARGUMENTS = ["filter", "sort", "search", "limit", "cursor", "offset", "total"] as const;

/** Whether a tool's schema has the argument: whether it can be of use. */
export function isOffered(model: Model, { output }: OperationModel, argument: ToolArgument): boolean {
  const resource = rowsOf(model, output);
  if (resource === undefined) return true;
  const { filter, search, maxOffset, total } = resource.list;
  switch (argument) {
    case "filter":
      return Object.keys(filter).length > 0;
    case "search":
      return search.length > 0;
    case "offset":
      return maxOffset !== undefined;
    case "total":
      return total !== "none";
    case "expand":
      return Object.keys(resource.expand).length > 0;
    default:
      return true;
  }
}

function rowsOf({ resources }: Model, output: OperationModel["output"]): ResourceModel | undefined {
  return output.kind === "row" || output.kind === "page" ? resources[output.resource] : undefined;
}
