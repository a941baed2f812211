import type { JsonValue } from "./json.ts";

/**
 * Writes JSON text; parseJson of it gives the same value. Unlike JSON.stringify it takes bigint, as digits. Numbers
 * must be finite: encoders refuse others before they get here.
 */
export function stringifyJson(value: JsonValue): string {
  try {
    return JSON.stringify(value);
  } catch (error) {
    // Bigint is rare, so only its refusal pays for the slower way. A circular value is refused again by JSON.stringify.
    if (error instanceof TypeError && holdsBigint(value, new Set())) return write(value);
    throw error;
  }
}

function holdsBigint(value: JsonValue, above: Set<object>): boolean {
  if (typeof value === "bigint") return true;
  if (value === null || typeof value !== "object" || above.has(value)) return false;
  above.add(value);
  return Object.values(value).some((inner) => holdsBigint(inner, above));
}

function write(value: JsonValue): string {
  if (typeof value === "bigint") return value.toString();
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  if (isList(value)) return `[${value.map(write).join(",")}]`;
  return `{${Object.entries(value)
    .map(([key, inner]) => `${JSON.stringify(key)}:${write(inner)}`)
    .join(",")}}`;
}

function isList(value: object): value is readonly JsonValue[] {
  return Array.isArray(value);
}
