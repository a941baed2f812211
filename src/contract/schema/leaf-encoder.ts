import {
  encodeBase64,
  isDate,
  isDecimal,
  type JsonValue,
  parseDuration,
  parseTimestamp,
  toScale,
} from "../../base/lib/index.ts";
import { currencyDigits } from "./currencies.ts";
import { isFileValue } from "./file-value.ts";
import { decodeJson } from "./json-value.ts";
import type { LeafNode } from "./leaf-decoder.ts";

/** Writes a value of a leaf type in wire form; undefined for a value that the type does not have. */
export type LeafEncoder = (value: unknown) => JsonValue | undefined;

/**
 * Makes the encoder of a leaf type. It checks what would otherwise send a wrong value (JavaScript type, form, scale),
 * not what only input is held to (lengths, bounds, patterns, prefixes).
 */
export function leafEncoder(type: LeafNode): LeafEncoder {
  switch (type.kind) {
    case "id":
    case "ref":
    case "string":
    case "text":
    case "enum":
      return (value) => (typeof value === "string" ? value : undefined);
    case "bool":
      return (value) => (typeof value === "boolean" ? value : undefined);
    case "int32":
      return (value) => (typeof value === "number" && (value | 0) === value ? value | 0 : undefined);
    case "float64":
      return (value) => (typeof value === "number" && Number.isFinite(value) ? value + 0 : undefined);
    case "int64":
      return (value) =>
        typeof value === "bigint" && BigInt.asIntN(64, value) === value ? value.toString() : undefined;
    case "decimal":
      return decimalEncoder(type.scale);
    case "money":
      return decimalEncoder(currencyDigits(type.currency) ?? 0);
    case "timestamp":
      return (value) => (typeof value === "string" ? parseTimestamp(value) : undefined);
    case "date":
      return (value) => (typeof value === "string" && isDate(value) ? value : undefined);
    case "duration":
      return (value) => (typeof value === "string" ? parseDuration(value) : undefined);
    case "bytes":
      return (value) => (value instanceof Uint8Array ? encodeBase64(value) : undefined);
    case "file":
      return encodeFile;
    case "json":
      return (value) => (value === null ? undefined : decodeJson(value, Number.POSITIVE_INFINITY, "", []));
  }
}

/** What a program's value of a leaf type is, for the message about one that is not. */
export function programType(type: LeafNode): string {
  switch (type.kind) {
    case "bool":
      return "a boolean";
    case "int32":
      return "a whole number of 32 bits";
    case "float64":
      return "a finite number";
    case "int64":
      return "a bigint of 64 bits";
    case "decimal":
      return `a decimal string with at most ${type.scale} digits after the point`;
    case "money":
      return `a decimal string with at most ${currencyDigits(type.currency) ?? 0} digits after the point`;
    case "timestamp":
      return "an RFC 3339 timestamp";
    case "date":
      return "a date of the calendar";
    case "duration":
      return "an ISO 8601 duration";
    case "bytes":
      return "a Uint8Array";
    case "file":
      return "a file: id, name, mediaType, size and sha256";
    case "json":
      return "a JSON value other than null, without NUL characters";
    default:
      return "a string";
  }
}

function encodeFile(value: unknown): JsonValue | undefined {
  if (!isFileValue(value)) return undefined;
  const { id, name, mediaType, size, sha256 } = value;
  return { id, name, mediaType, size, sha256 };
}

function decimalEncoder(scale: number): LeafEncoder {
  return (value) => (typeof value === "string" && isDecimal(value) ? toScale(value, scale) : undefined);
}
