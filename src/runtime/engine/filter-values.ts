import type { Violation } from "../../base/errors/index.ts";
import type { FilterOperator } from "../../contract/language/index.ts";
import { decodeText, type FieldNode } from "../../contract/schema/index.ts";

/** Values that one condition may name: enough for a page of ids. */
const MOST_VALUES = 100;

/** Reads the values of one condition in program form; undefined, with violations, where they do not fit the operator. */
export function readFilterValues(
  operator: FilterOperator,
  texts: readonly string[],
  field: FieldNode,
  pointer: string,
  violations: Violation[],
): readonly unknown[] | undefined {
  const many = operator === "in" || operator === "ne";
  const most = many ? MOST_VALUES : 1;
  if (texts.length === 0 || texts.length > most) {
    const expected = many ? `1 to ${MOST_VALUES} values` : "one value";
    const code = texts.length === 0 ? "too_few" : "too_many";
    violations.push({ pointer, code, message: `Must have ${expected}.` });
    return undefined;
  }
  if (operator === "isNull") return readBool(texts[0] ?? "", pointer, violations);
  const before = violations.length;
  const values = texts.map((text) => decodeText(field, text, pointer, violations));
  return violations.length === before ? values : undefined;
}

function readBool(text: string, pointer: string, violations: Violation[]): readonly boolean[] | undefined {
  if (text === "true" || text === "false") return [text === "true"];
  violations.push({ pointer, code: "bad_format", message: "Must be true or false." });
  return undefined;
}
