import type { Violation } from "../../base/errors/index.ts";
import { type JsonValue, stringifyJson, utf8Length } from "../../base/lib/index.ts";
import { MAX_VIOLATIONS, pointerTo, report, reportType } from "./violations.ts";

/** Deepest nesting inside a `json` field. */
export const MAX_JSON_DEPTH = 64;

/** Longest key of a `map` or of an object in a `json` field, in UTF-16 units. */
export const MAX_KEY_LENGTH = 255;

/** Keys that no object may have: in JavaScript they reach its prototype. */
export function isPrototypeKey(key: string): boolean {
  return key === "__proto__" || key === "constructor" || key === "prototype";
}

/** Whether a text holds neither NUL, which PostgreSQL cannot store, nor a lone surrogate, which UTF-8 cannot. */
export function isPlainText(text: string): boolean {
  return text.isWellFormed() && !text.includes("\0");
}

/** Whether a key may be used in free-form data; reports it where not. */
export function checkKey(key: string, pointer: string, violations: Violation[]): boolean {
  if (isPrototypeKey(key)) report(violations, pointer, "bad_key", "This key is not allowed.");
  else if (key.length > MAX_KEY_LENGTH) {
    report(violations, pointer, "bad_key", `Keys must have at most ${MAX_KEY_LENGTH} characters.`);
  } else if (!isPlainText(key)) {
    report(violations, pointer, "bad_key", "Keys must not have NUL characters or lone surrogates.");
  } else return true;
  return false;
}

/** Reads a free-form JSON value: a fresh copy with exact numbers, or undefined and violations. */
export function decodeJson(
  wire: unknown,
  maxBytes: number,
  pointer: string,
  violations: Violation[],
): JsonValue | undefined {
  const before = violations.length;
  const value = copy(wire, 0, pointer, violations);
  if (value === undefined || violations.length > before) return undefined;
  if (utf8Length(stringifyJson(value)) <= maxBytes) return value;
  return report(violations, pointer, "too_long", `Must be at most ${maxBytes} bytes of JSON.`);
}

function copy(wire: unknown, depth: number, pointer: string, violations: Violation[]): JsonValue | undefined {
  // Nothing more would be reported; and what holds itself many times over would take for ever.
  if (violations.length >= MAX_VIOLATIONS) return undefined;
  switch (typeof wire) {
    case "boolean":
      return wire;
    case "string":
      if (isPlainText(wire)) return wire;
      return report(violations, pointer, "bad_text", "Must not have NUL characters or lone surrogates.");
    case "number":
    case "bigint":
      return exactNumber(wire, pointer, violations);
    case "object":
      if (wire === null) return null;
      if (depth === MAX_JSON_DEPTH) {
        return report(
          violations,
          pointer,
          "too_deep",
          `Must not be nested deeper than ${MAX_JSON_DEPTH} levels.`,
        );
      }
      return Array.isArray(wire)
        ? copyList(wire, depth + 1, pointer, violations)
        : copyObject(wire, depth + 1, pointer, violations);
    default:
      return reportType(violations, pointer, "a JSON value", wire);
  }
}

function copyList(
  wire: readonly unknown[],
  depth: number,
  pointer: string,
  violations: Violation[],
): JsonValue {
  const list: JsonValue[] = [];
  for (let index = 0; index < wire.length; index++) {
    const value = copy(wire[index], depth, pointerTo(pointer, index), violations);
    if (value !== undefined) list.push(value);
  }
  return list;
}

function copyObject(wire: object, depth: number, pointer: string, violations: Violation[]): JsonValue {
  const object: Record<string, JsonValue> = {};
  for (const [key, inner] of Object.entries(wire)) {
    if (inner === undefined) continue;
    const place = pointerTo(pointer, key);
    if (!checkKey(key, place, violations)) continue;
    const value = copy(inner, depth, place, violations);
    if (value !== undefined) object[key] = value;
  }
  return object;
}

/** Whole doubles beyond 2^53 become bigint, since the shortest digits that JSON text gives them are another number's. */
function exactNumber(
  wire: number | bigint,
  pointer: string,
  violations: Violation[],
): number | bigint | undefined {
  const inDigits = typeof wire === "number" && Number.isInteger(wire) && Math.abs(wire) < 1e21;
  if (inDigits) return Number.isSafeInteger(wire) ? wire + 0 : BigInt(wire);
  if (Number.isFinite(Number(wire))) return wire;
  return report(violations, pointer, "not_exact", "Must be within the range of a double.");
}
