import { ApiError } from "../../base/errors/index.ts";
import { type JsonValue, parseJson, stringifyJson } from "../../base/lib/index.ts";
import { type ArrayElement, formatArray, parseArray } from "./arrays.ts";
import type { ResultColumn, SqlText } from "./driver.ts";

/** `2026-11-01 09:00:00.5+00` → `2026-11-01T09:00:00.500Z`: the canonical form, with 0, 3 or 6 fraction digits. */
export function timestampFromSql(text: string): string {
  if (!text.endsWith("+00") || text[10] !== " ") return text;
  const end = text.length - 3;
  const whole = `${text.slice(0, 10)}T${text.slice(11, 19)}`;
  if (end === 19) return `${whole}Z`;
  const fraction = text.slice(20, end);
  return `${whole}.${fraction.padEnd(fraction.length <= 3 ? 3 : 6, "0")}Z`;
}

/** `\x0aff` → bytes. */
export function bytesFromSql(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text.slice(2), "hex"));
}

/** Bytes → `\x0aff`. */
export function bytesToSql(bytes: Uint8Array): string {
  return `\\x${Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("hex")}`;
}

type Decode = (text: string) => unknown;

const DECODERS: ReadonlyMap<number, Decode> = new Map<number, Decode>([
  [16, (text) => text === "t"],
  [17, bytesFromSql],
  [20, BigInt],
  [21, Number],
  [23, Number],
  [26, Number],
  [114, (text) => parseJson(text)],
  [700, Number],
  [701, Number],
  [1184, timestampFromSql],
  [3802, (text) => parseJson(text)],
]);

/** Array type oid → element type oid, for the element types above and text, varchar, numeric, date, uuid. */
const ELEMENTS: ReadonlyMap<number, number> = new Map([
  [199, 114],
  [1000, 16],
  [1001, 17],
  [1005, 21],
  [1007, 23],
  [1009, 25],
  [1015, 1043],
  [1016, 20],
  [1021, 700],
  [1022, 701],
  [1028, 26],
  [1182, 1082],
  [1185, 1184],
  [1231, 1700],
  [2951, 2950],
  [3807, 3802],
]);

/** One row of a handler's own SQL as an object: int8 bigint, numeric and date string, timestamptz RFC 3339, jsonb parsed. */
export function rowToObject(
  columns: readonly ResultColumn[],
  row: readonly SqlText[],
): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    columns.map(({ name, type }, index) => [name, decodeValue(type, row[index] ?? null)]),
  );
}

function decodeValue(type: number, text: SqlText): unknown {
  if (text === null) return null;
  const element = ELEMENTS.get(type);
  if (element !== undefined) return parseArray(text, (item) => decodeValue(element, item));
  const decode = DECODERS.get(type);
  return decode ? decode(text) : text;
}

/** A parameter of a handler's own SQL in the text format: lists become SQL arrays, objects JSON. */
export function parameterToSql(value: unknown): SqlText {
  if (value === undefined) return null;
  const element = toElement(value);
  return element === null || typeof element === "string" ? element : formatArray(element);
}

function toElement(value: unknown): ArrayElement {
  if (value === null) return null;
  if (typeof value === "string") return checkText(value);
  if (typeof value === "boolean") return value ? "t" : "f";
  if (typeof value === "number") return numberToSql(value);
  if (typeof value === "bigint") return value.toString();
  if (value instanceof Uint8Array) return bytesToSql(value);
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value)) return value.map(toElement);
  return stringifyJson(value as JsonValue);
}

/** Digits of a double; the sign of minus zero is kept, as SQL keeps it. */
export function numberToSql(value: number): string {
  return Object.is(value, -0) ? "-0" : String(value);
}

/** Refuses text that PostgreSQL cannot store: NUL and lone surrogates, which UTF-8 does not have. */
export function checkText(text: string): string {
  if (!text.includes("\0") && text.isWellFormed()) return text;
  throw new ApiError("invalid_input", "The text contains characters that cannot be stored.", {
    violations: [{ pointer: "", code: "invalid_text", message: "NUL and lone surrogates are not text" }],
  });
}
