import { UsageError } from "../../base/errors/index.ts";
import { type JsonValue, stringifyJson } from "../../base/lib/index.ts";
import type { OperationOutline } from "../../contract/model/index.ts";
import { type FormattedParameter, formatQuery, formatSegment } from "../../wire/rest/format-query.ts";
import type { AnyCallOptions } from "./call-options.ts";

/** A call as HTTP has it, without headers. */
export interface BuiltRequest {
  readonly method: string;
  /** Below the service's URL and the contract's base. */
  readonly path: string;
  readonly body: string | FormData | null;
}

/** Puts a call into HTTP's form; `input` is in wire form, without its files. Throws UsageError for what cannot be sent. */
export function buildRequest(
  operation: OperationOutline,
  { input, files }: { readonly input: JsonValue | undefined; readonly files: ReadonlyMap<string, Blob> },
  options: AnyCallOptions,
): BuiltRequest {
  const { http } = operation;
  const fields = isObject(input) ? input : {};
  const path = http.path.replace(/\{(\w+)\}/g, (_, name: string) =>
    formatSegment(http.parameters.includes(name) ? textOf(fields[name], name) : rowId(operation, options)),
  );
  const parameters: FormattedParameter[] = [];
  // What the contract does not name goes along, for the service to refuse: dropped, nobody would notice.
  for (const [name, value] of Object.entries(inQuery(http.method) ? fields : {})) {
    if (!http.parameters.includes(name)) parameters.push([name, textOf(value, name)]);
  }
  for (const [name, value] of Object.entries(options.query ?? {})) addQuestion(parameters, name, value);
  if (options.fields !== undefined) parameters.push(["fields", options.fields]);
  if (options.expand !== undefined) parameters.push(["expand", options.expand]);
  const query = formatQuery(parameters);
  return {
    method: http.method,
    path: query === "" ? path : `${path}?${query}`,
    body: files.size === 0 ? bodyOf(operation, input) : formOf(operation, fields, files),
  };
}

function bodyOf({ http }: OperationOutline, input: JsonValue | undefined): string | null {
  if (inQuery(http.method) || input === undefined) return null;
  if (!isObject(input)) return stringifyJson(input);
  const body = Object.fromEntries(Object.entries(input).filter(([name]) => !http.parameters.includes(name)));
  return stringifyJson(http.body === undefined ? body : { [http.body]: body });
}

/** A form with a part for each field (RFC 7578); lists, objects and the like are JSON in it. */
function formOf(
  { id, http }: OperationOutline,
  fields: Readonly<Record<string, JsonValue>>,
  files: ReadonlyMap<string, Blob>,
): FormData {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) {
    if (http.parameters.includes(name)) continue;
    if (value === null) {
      const fix = "send the files in one call and what becomes null in another";
      throw new UsageError({
        place: `call of ${id}, ${name}`,
        expected: "no null beside files",
        found: "null",
        fix,
      });
    }
    form.append(name, typeof value === "object" ? stringifyJson(value) : String(value));
  }
  for (const [name, file] of files) form.append(name, file);
  return form;
}

/** Whether input comes in the query string. */
function inQuery(method: string): boolean {
  return method === "GET" || method === "DELETE";
}

function rowId(operation: OperationOutline, { id }: AnyCallOptions): string {
  if (typeof id === "string") return id;
  const found = id === undefined ? "none" : typeof id;
  const fix = "give the id of the row that the call is about";
  throw new UsageError({ place: `call of ${operation.id}`, expected: "an id", found, fix });
}

const SETTINGS = ["sort", "limit", "q", "cursor", "offset", "total", "fields", "expand"];

/** Adds one member of a list's query: a setting, or a filter in one of its forms. */
function addQuestion(parameters: FormattedParameter[], name: string, value: unknown): void {
  if (value === undefined) return;
  if (value === null) parameters.push([`${name}[isNull]`, "true"]);
  else if (Array.isArray(value) || typeof value !== "object" || SETTINGS.includes(name)) {
    parameters.push([name, textsOf(value, name)]);
  } else {
    for (const [operator, operand] of Object.entries(value)) {
      if (operand === undefined) continue;
      parameters.push([operator === "in" ? name : `${name}[${operator}]`, textsOf(operand, name)]);
    }
  }
}

function textsOf(value: unknown, name: string): string | readonly string[] {
  if (!Array.isArray(value)) return textOf(value, name);
  if (value.length > 0) return value.map((item: unknown) => textOf(item, name));
  const fix = "leave the filter out, or do not ask: nothing is one of no values";
  throw new UsageError({
    place: `query, ${name}`,
    expected: "at least one value",
    found: "an empty list",
    fix,
  });
}

function textOf(value: unknown, name: string): string {
  if (typeof value === "string") return value;
  if (typeof value === "bigint" || typeof value === "boolean") return String(value);
  if (typeof value === "number" && Number.isFinite(value)) return String(value);
  const found = value === null ? "null" : typeof value;
  const fix = "write times as text, and null in a filter by itself";
  throw new UsageError({ place: `URL, ${name}`, expected: "a text, number, bigint or boolean", found, fix });
}

function isObject(value: JsonValue | undefined): value is { readonly [key: string]: JsonValue } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
