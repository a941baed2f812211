import { ApiError } from "../../base/errors/index.ts";
import type { JsonValue } from "../../base/lib/json.ts";
import type { OperationModel } from "../../contract/model/model.ts";
import { createFieldFilter } from "./field-filter.ts";
import { formatPointer } from "./json-pointer.ts";
import { isJsonObject } from "./merge-patch.ts";

/** Where the parts of an operation's input have come from, each in wire form; undefined where nothing came. */
export interface InputParts {
  readonly path: Readonly<Record<string, JsonValue>> | undefined;
  readonly query: Readonly<Record<string, JsonValue>> | undefined;
  readonly body: JsonValue | undefined;
}

/** Puts an input together, or throws `invalid_input` for a body that has no place for it. */
export type InputReader = (parts: InputParts) => JsonValue | undefined;

/**
 * Makes the reader of an operation whose input is not simply its body or its query string; undefined for the others. What
 * the fields hold is for the engine to check.
 */
export function createInputReader(operation: OperationModel): InputReader | undefined {
  const { http, input } = operation;
  if (http === undefined) return undefined;
  const { parameters, query, body: key } = http;
  const lax = http.unknownFields === "ignore";
  const otherQuery = query.length > 0 && http.method !== "GET";
  if (parameters.length === 0 && key === undefined && !otherQuery && !lax) return undefined;
  const elsewhere = new Set([...parameters, ...query]);
  const fields = Object.entries(input?.fields ?? {}).filter(([name]) => !elsewhere.has(name));
  const filter = lax ? createFieldFilter({ kind: "object", fields: Object.fromEntries(fields) }) : undefined;
  const takesBody = fields.length > 0;
  return (parts) => {
    if (lax && !takesBody) return input === undefined ? undefined : { ...parts.query, ...parts.path };
    const outer = unwrap(parts.body, key, lax);
    const inner = filter === undefined || outer === undefined ? outer : filter(outer);
    if (parts.path === undefined && parts.query === undefined) return inner;
    if (inner === undefined) return { ...parts.query, ...parts.path };
    if (!isJsonObject(inner)) throw wrongBody(key === undefined ? [] : [key]);
    refuseTwice(inner, elsewhere, key);
    return { ...inner, ...parts.query, ...parts.path };
  };
}

function unwrap(body: JsonValue | undefined, key: string | undefined, lax: boolean): JsonValue | undefined {
  if (key === undefined || body === undefined) return body;
  if (!isJsonObject(body)) throw wrongBody([]);
  const others = lax ? [] : Object.keys(body).filter((name) => name !== key);
  if (others.length > 0) throw unknownFields(others.map((name) => [name]));
  return Object.hasOwn(body, key) ? body[key] : undefined;
}

/** A field of the path or query that stands in the body too: taking one of the two would lose the other silently. */
function refuseTwice(
  body: Readonly<Record<string, JsonValue>>,
  elsewhere: ReadonlySet<string>,
  key: string | undefined,
): void {
  const twice = Object.keys(body).filter((name) => elsewhere.has(name));
  if (twice.length > 0) throw unknownFields(twice.map((name) => (key === undefined ? [name] : [key, name])));
}

function wrongBody(tokens: readonly string[]): ApiError {
  const pointer = formatPointer(tokens);
  return new ApiError("invalid_input", `The input is not valid: ${pointer || "body"}: Expected an object.`, {
    violations: [{ pointer, code: "wrong_type", message: "Expected an object." }],
  });
}

function unknownFields(paths: readonly (readonly string[])[]): ApiError {
  const violations = paths.map((path) => ({
    pointer: formatPointer(path),
    code: "unknown_field",
    message: "There is no field of this name here.",
  }));
  return new ApiError("invalid_input", "The body has fields that do not belong in it.", { violations });
}
