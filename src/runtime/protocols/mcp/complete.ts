import { stringifyJson } from "../../../base/lib/index.ts";
import type { ResourceModel } from "../../../contract/model/model.ts";
import { isRecord, McpError, parseResourceUri, RPC_CODES } from "../../../wire/mcp/index.ts";
import type { McpContext, McpRequest, McpResult } from "./context.ts";
import { listVariables } from "./list-resources.ts";

/** The most that one answer may hold (Completion, Completion Results). */
const MOST_VALUES = 100;

/** Answers `completion/complete` for resource templates: ids of rows that the caller may see, values of enums, sorts, fields. */
export async function complete(context: McpContext, request: McpRequest): Promise<McpResult> {
  const { ref, argument } = request.message.params;
  if (!isRecord(ref) || !isRecord(argument)) throw invalid('"ref" and "argument" must be objects.');
  const { name, value } = argument;
  if (typeof name !== "string" || typeof value !== "string") {
    throw invalid('"argument" must have a name and a value.');
  }
  if (ref.type !== "ref/resource" || typeof ref.uri !== "string") {
    throw invalid('Completed are arguments of resource templates: { type: "ref/resource", uri }.');
  }
  const [base = ""] = ref.uri.split("{");
  const place = parseResourceUri(context.model, base.replace(/\/$/, ""));
  if (place === undefined) throw invalid("There is no such resource template.");
  const all = name === "id" ? await idsOf(context, request, place.resource) : valuesOf(place.resource, name);
  const values = all.filter((text) => text.startsWith(value));
  const completion = {
    values: values.slice(0, MOST_VALUES),
    ...(name === "id" ? {} : { total: values.length }),
    hasMore: values.length > MOST_VALUES,
  };
  return { kind: "result", members: [`"completion":${stringifyJson(completion)}`] };
}

/** Ids of the first page of the list, the newest where it is sorted so: a hint, not a search. */
async function idsOf(
  { model, engine }: McpContext,
  { credentials, meta, signal }: McpRequest,
  { name, list }: ResourceModel,
): Promise<readonly string[]> {
  if (!Object.hasOwn(model.operations, `${name}.list`)) return [];
  const outcome = await engine.execute({
    operation: `${name}.list`,
    list: { limit: Math.min(list.maxLimit, MOST_VALUES) },
    fields: ["id"],
    credentials,
    meta,
    signal,
  });
  if (!outcome.ok) throw outcome.error;
  const rows = isRecord(outcome.value) && Array.isArray(outcome.value.data) ? outcome.value.data : [];
  return rows.flatMap((row) => (isRecord(row) && typeof row.id === "string" ? [row.id] : []));
}

function valuesOf(resource: ResourceModel, name: string): readonly string[] {
  if (!listVariables(resource).includes(name)) throw invalid("The template has no such argument.");
  if (name === "sort") {
    const { sort, defaultSort } = resource.list;
    return [...new Set([...sort, defaultSort.field])].flatMap((path) => [path, `-${path}`]);
  }
  if (name === "fields") {
    return Object.entries(resource.fields).flatMap(([field, { writeOnly }]) => (writeOnly ? [] : [field]));
  }
  const type = Object.hasOwn(resource.list.filter, name) ? resource.list.filter[name]?.field.type : undefined;
  if (type?.kind === "enum") return type.values;
  return type?.kind === "bool" ? ["false", "true"] : [];
}

function invalid(message: string): McpError {
  return new McpError(RPC_CODES.invalidParams, message);
}
