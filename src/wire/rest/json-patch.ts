import { ApiError } from "../../base/errors/index.ts";
import type { JsonValue } from "../../base/lib/json.ts";
import { parsePointer } from "./json-pointer.ts";
import { isJsonObject } from "./merge-patch.ts";

/** One operation of a JSON Patch (RFC 6902 section 4) with its pointers split into tokens. */
export type PatchOperation =
  | { readonly op: "add" | "replace" | "test"; readonly path: Tokens; readonly value: JsonValue }
  | { readonly op: "remove"; readonly path: Tokens }
  | { readonly op: "move" | "copy"; readonly path: Tokens; readonly from: Tokens };

type Tokens = readonly string[];

const MAX_OPERATIONS = 1000;
// Copies of copies double a document with every operation; this bounds what all copies of one patch may add.
const MAX_COPIED_VALUES = 100_000;

/** Checks the form of a JSON Patch document; throws `malformed_request` naming the first bad operation (RFC 5789 section 2.2). */
export function parseJsonPatch(document: JsonValue): readonly PatchOperation[] {
  if (!Array.isArray(document)) throw malformed("A JSON Patch is an array of operations.");
  if (document.length > MAX_OPERATIONS) throw malformed(`At most ${MAX_OPERATIONS} operations are taken.`);
  return document.map((operation: JsonValue, index) => parseOperation(operation, index));
}

function parseOperation(operation: JsonValue, index: number): PatchOperation {
  if (!isJsonObject(operation)) throw malformed(`Operation ${index} is not an object.`);
  const { op, value } = operation;
  const path = tokensOf(operation.path, "path", index);
  switch (op) {
    case "add":
    case "replace":
    case "test":
      if (value === undefined) throw malformed(`Operation ${index} (${op}) has no "value".`);
      return { op, path, value };
    case "remove":
      return { op, path };
    case "move":
    case "copy":
      return { op, path, from: tokensOf(operation.from, "from", index) };
    default:
      throw malformed(
        `Operation ${index} has an "op" that is none of add, remove, replace, move, copy, test.`,
      );
  }
}

function tokensOf(text: JsonValue | undefined, member: string, index: number): Tokens {
  const tokens = typeof text === "string" ? parsePointer(text) : undefined;
  if (tokens === undefined) throw malformed(`"${member}" of operation ${index} is not a JSON Pointer.`);
  return tokens;
}

/**
 * Applies all operations or none and returns the new document; the given one is not changed. Throws `conflict` when a
 * test fails, `invalid_input` with a pointer into the patch when a path leads nowhere.
 */
export function applyJsonPatch(document: JsonValue, operations: readonly PatchOperation[]): JsonValue {
  let result = document;
  let budget = MAX_COPIED_VALUES;
  operations.forEach((operation, index) => {
    switch (operation.op) {
      case "add":
        result = put(result, operation.path, operation.value, index);
        break;
      case "remove":
        result = take(result, operation.path, index);
        break;
      case "replace":
        // RFC 6902 section 4.3: the target must exist.
        look(result, operation.path, index, "path");
        result = edit(result, operation.path, index, () => operation.value);
        break;
      case "copy": {
        const value = look(result, operation.from, index, "from");
        budget -= countValues(value, budget);
        if (budget <= 0) throw unprocessable(index, "from", "too_large", "The patch copies too much.");
        result = put(result, operation.path, value, index);
        break;
      }
      case "move":
        result = move(result, operation.from, operation.path, index);
        break;
      case "test": {
        const value = look(result, operation.path, index, "path");
        if (!sameJson(value, operation.value)) {
          throw new ApiError("conflict", `Operation ${index} of the patch: the tested value is another.`);
        }
      }
    }
  });
  return result;
}

function move(document: JsonValue, from: Tokens, path: Tokens, index: number): JsonValue {
  const value = look(document, from, index, "from");
  const inside = from.length < path.length && from.every((token, at) => token === path[at]);
  if (inside) throw unprocessable(index, "path", "path_not_found", "A value cannot be moved into itself.");
  if (from.length === path.length && from.every((token, at) => token === path[at])) return document;
  // A whole document has no place that it could be taken from: it is replaced.
  return put(from.length === 0 ? document : take(document, from, index), path, value, index);
}

function put(document: JsonValue, path: Tokens, value: JsonValue, index: number): JsonValue {
  const key = path.at(-1);
  if (key === undefined) return value;
  return edit(document, path.slice(0, -1), index, (parent) => {
    if (isList(parent)) return parent.toSpliced(elementAt(parent, key, index, true), 0, value);
    if (isJsonObject(parent)) return { ...parent, [key]: value };
    throw notFound(index, "path");
  });
}

function take(document: JsonValue, path: Tokens, index: number): JsonValue {
  const key = path.at(-1);
  // RFC 6902 leaves the removal of the whole document open; nothing would be left to send.
  if (key === undefined)
    throw unprocessable(index, "path", "path_not_found", "The whole document cannot be removed.");
  return edit(document, path.slice(0, -1), index, (parent) => {
    if (isList(parent)) return parent.toSpliced(elementAt(parent, key, index, false), 1);
    if (!isJsonObject(parent) || !Object.hasOwn(parent, key)) throw notFound(index, "path");
    const { [key]: _, ...rest } = parent;
    return rest;
  });
}

/** Copies what lies on the way to a place and puts there what `change` makes of it. */
function edit(
  value: JsonValue,
  path: Tokens,
  index: number,
  change: (value: JsonValue) => JsonValue,
  at = 0,
): JsonValue {
  const key = path[at];
  if (key === undefined) return change(value);
  const inner = edit(step(value, key, index, "path"), path, index, change, at + 1);
  if (isList(value)) return value.with(elementAt(value, key, index, false), inner);
  return isJsonObject(value) ? { ...value, [key]: inner } : inner;
}

function look(document: JsonValue, path: Tokens, index: number, member: "path" | "from"): JsonValue {
  let value = document;
  for (const key of path) value = step(value, key, index, member);
  return value;
}

function step(value: JsonValue, key: string, index: number, member: "path" | "from"): JsonValue {
  const inner = isList(value)
    ? value[elementAt(value, key, index, false, member)]
    : isJsonObject(value) && Object.hasOwn(value, key)
      ? value[key]
      : undefined;
  if (inner === undefined) throw notFound(index, member);
  return inner;
}

function elementAt(
  list: readonly JsonValue[],
  key: string,
  index: number,
  adding: boolean,
  member: "path" | "from" = "path",
): number {
  if (adding && key === "-") return list.length;
  const at = /^(?:0|[1-9][0-9]{0,8})$/.test(key) ? Number(key) : Number.NaN;
  if (!(at < list.length + (adding ? 1 : 0))) throw notFound(index, member);
  return at;
}

/** Equality of RFC 6902 section 4.6: numbers by value, objects whatever their order. */
function sameJson(left: JsonValue, right: JsonValue): boolean {
  // Not ===, which tells 1 from 1n.
  if (isNumeric(left) && isNumeric(right)) return left <= right && left >= right;
  if (typeof left !== "object" || typeof right !== "object" || left === null || right === null)
    return left === right;
  if (isList(left) || isList(right)) {
    return (
      isList(left) &&
      isList(right) &&
      left.length === right.length &&
      left.every((item, at) => sameJson(item, right[at] ?? null))
    );
  }
  const keys = Object.keys(left);
  return (
    keys.length === Object.keys(right).length &&
    keys.every((key) => Object.hasOwn(right, key) && sameJson(left[key] ?? null, right[key] ?? null))
  );
}

function isNumeric(value: JsonValue): value is number | bigint {
  return typeof value === "number" || typeof value === "bigint";
}

function countValues(value: JsonValue, limit: number): number {
  if (typeof value !== "object" || value === null) return 1;
  let count = 1;
  for (const inner of Object.values(value)) {
    count += countValues(inner, limit - count);
    if (count >= limit) break;
  }
  return count;
}

function isList(value: JsonValue): value is readonly JsonValue[] {
  return Array.isArray(value);
}

function malformed(detail: string): ApiError {
  return new ApiError("malformed_request", detail);
}

function notFound(index: number, member: "path" | "from"): ApiError {
  return unprocessable(index, member, "path_not_found", "Nothing is at this place.");
}

function unprocessable(index: number, member: string, code: string, message: string): ApiError {
  return new ApiError("invalid_input", "The patch does not fit the row.", {
    violations: [{ pointer: `/${index}/${member}`, code, message }],
  });
}
