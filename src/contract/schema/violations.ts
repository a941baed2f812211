import type { Violation } from "../../base/errors/index.ts";

/** Every code a decoder reports, and what it means; codes are never renamed. */
export const VIOLATION_CODES = {
  required: "A field that must be given is absent.",
  unknown_field: "The object has no field of that name.",
  read_only: "The field is set by the server and may not be given.",
  wrong_type: "The value is of another JSON type than the field's.",
  bad_format: "The text does not have the form of the field's type, format or pattern.",
  bad_text: "The text has a NUL character or a lone surrogate.",
  bad_key: "The key of a map may not be used.",
  too_short: "The text has fewer characters than allowed.",
  too_long: "The text, bytes or JSON value is longer than allowed.",
  too_small: "The number is below the smallest allowed.",
  too_big: "The number is above the largest allowed.",
  not_exact: "The number cannot be kept exactly: it has too many digits.",
  not_allowed: "The value is not one of the allowed ones.",
  too_few: "The list has fewer items than allowed.",
  too_many: "The list or map has more items than allowed.",
  too_deep: "The JSON value is nested deeper than allowed.",
} as const;

/** Code of a violation that a decoder reports. */
export type ViolationCode = keyof typeof VIOLATION_CODES;

/** Violations reported for one input: more would only make an answer that nobody reads larger than its question. */
export const MAX_VIOLATIONS = 256;

/** Adds a violation unless there are {@link MAX_VIOLATIONS}; returns undefined, which no decoder takes for a value. */
export function report(
  violations: Violation[],
  pointer: string,
  code: ViolationCode,
  message: string,
): undefined {
  if (violations.length < MAX_VIOLATIONS) violations.push({ pointer, code, message });
  return undefined;
}

/** Reports a value of another JSON type, without showing it. */
export function reportType(
  violations: Violation[],
  pointer: string,
  expected: string,
  value: unknown,
): undefined {
  return report(violations, pointer, "wrong_type", `Expected ${expected}, found ${typeName(value)}.`);
}

/** Appends one reference token to a JSON Pointer (RFC 6901 section 4). */
export function pointerTo(pointer: string, token: string | number): string {
  if (typeof token === "number") return `${pointer}/${token}`;
  return `${pointer}/${token.replaceAll("~", "~0").replaceAll("/", "~1")}`;
}

/** Names the JSON type of a value for a message. */
export function typeName(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "a list";
  switch (typeof value) {
    case "object":
      return "an object";
    case "string":
      return "a string";
    case "boolean":
      return "a boolean";
    case "number":
      return Number.isInteger(value) ? "a number" : "a number that is not whole";
    case "bigint":
      return "a number";
    case "symbol":
      // A protocol puts one where its wire has values that JSON has not, named by what it was.
      return `a ${value.description}`;
    default:
      return value === undefined ? "nothing" : `a ${typeof value}`;
  }
}
