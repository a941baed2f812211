import type { Violation } from "../../base/errors/index.ts";
import {
  base64ByteLength,
  codePointLength,
  compareDecimals,
  decodeBase64,
  isAnyId,
  isDate,
  isDecimal,
  isId,
  parseDuration,
  parseTimestamp,
  toDouble,
  toScale,
  wholeDigits,
} from "../../base/lib/index.ts";
import { currencyDigits, MONEY_PRECISION } from "./currencies.ts";
import { ReceivedFile, takesMediaType } from "./file-value.ts";
import { FORMATS } from "./formats.ts";
import { decodeJson, isPlainText } from "./json-value.ts";
import type { TypeNode } from "./node.ts";
import { report, reportType } from "./violations.ts";

/**
 * Reads a value: wire form in, program form out, defaults filled. What is wrong is added to `violations` and the result
 * is then of no use; a decoder never throws.
 */
export type Decoder = (wire: unknown, pointer: string, violations: Violation[]) => unknown;

/** A type without fields or items of its own. */
export type LeafNode = Exclude<TypeNode, { kind: "list" | "map" | "object" | "union" }>;

type NodeOf<Kind extends TypeNode["kind"]> = Extract<TypeNode, { kind: Kind }>;

/** Id prefix of resources by name: with it a ref is held to the prefix of the resource it names. */
export type Prefixes = Readonly<Record<string, string>>;

/** Makes the decoder of a leaf type. It returns undefined for a wrong value only; null is for its caller to judge. */
export function leafDecoder(type: LeafNode, prefixes: Prefixes = {}): Decoder {
  switch (type.kind) {
    case "id":
      return idDecoder(type.prefix);
    case "ref":
      return idDecoder(Object.hasOwn(prefixes, type.resource) ? prefixes[type.resource] : undefined);
    case "string":
      return stringDecoder(type);
    case "text":
      return textDecoder(type);
    case "bool":
      return decodeBool;
    case "int32":
      return int32Decoder(type);
    case "int64":
      return int64Decoder(type);
    case "float64":
      return float64Decoder(type);
    case "decimal":
      return decimalDecoder(type.precision, type.scale, type);
    case "money":
      return decimalDecoder(MONEY_PRECISION, currencyDigits(type.currency) ?? 0, type);
    case "timestamp":
      return formDecoder(
        parseTimestamp,
        "an RFC 3339 timestamp with at most microseconds, such as 2026-11-01T09:00:00Z",
      );
    case "date":
      return formDecoder(
        (text) => (isDate(text) ? text : undefined),
        "a date of the calendar, such as 2026-11-01",
      );
    case "duration":
      return formDecoder(parseDuration, "an ISO 8601 duration without years and months, such as PT1H30M");
    case "bytes":
      return bytesDecoder(type);
    case "enum":
      return enumDecoder(type);
    case "json":
      return (wire, pointer, violations) => decodeJson(wire, type.maxBytes, pointer, violations);
    case "file":
      return fileDecoder(type);
  }
}

function decodeBool(wire: unknown, pointer: string, violations: Violation[]): unknown {
  return typeof wire === "boolean" ? wire : reportType(violations, pointer, "true or false", wire);
}

function idDecoder(prefix: string | undefined): Decoder {
  const expected = `an id such as ${prefix ?? "abc"}_ and 26 characters`;
  return (wire, pointer, violations) => {
    if (typeof wire !== "string") return reportType(violations, pointer, expected, wire);
    if (prefix === undefined ? isAnyId(wire) : isId(prefix, wire)) return wire;
    return report(violations, pointer, "bad_format", `Must be ${expected}.`);
  };
}

function textDecoder({
  minLength = 0,
  maxLength,
}: {
  readonly minLength?: number;
  readonly maxLength: number;
}): Decoder {
  return (wire, pointer, violations) => {
    if (typeof wire !== "string") return reportType(violations, pointer, "a string", wire);
    if (wire.length > maxLength || wire.length < 2 * minLength) {
      const length = codePointLength(wire);
      if (length > maxLength) {
        return report(
          violations,
          pointer,
          "too_long",
          `Must have at most ${maxLength} characters, found ${length}.`,
        );
      }
      if (length < minLength) {
        return report(
          violations,
          pointer,
          "too_short",
          `Must have at least ${minLength} characters, found ${length}.`,
        );
      }
    }
    if (isPlainText(wire)) return wire;
    return report(violations, pointer, "bad_text", "Must not have NUL characters or lone surrogates.");
  };
}

function stringDecoder(type: NodeOf<"string">): Decoder {
  const { pattern, format } = type;
  const decode = textDecoder(type);
  const expression = pattern === undefined ? undefined : new RegExp(pattern, "u");
  const hasFormat = format === undefined ? undefined : FORMATS[format];
  if (!expression && !hasFormat) return decode;
  return (wire, pointer, violations) => {
    const text = decode(wire, pointer, violations);
    if (typeof text !== "string") return undefined;
    if (hasFormat && !hasFormat(text)) {
      return report(violations, pointer, "bad_format", `Must be of format ${format}.`);
    }
    if (expression && !expression.test(text)) {
      return report(violations, pointer, "bad_format", `Must match the pattern ${pattern}.`);
    }
    return text;
  };
}

function int32Decoder({ minimum = -(2 ** 31), maximum = 2 ** 31 - 1 }: NodeOf<"int32">): Decoder {
  return (wire, pointer, violations) => {
    if (typeof wire !== "bigint" && !Number.isInteger(wire)) {
      return reportType(violations, pointer, "a whole number", wire);
    }
    const value = Number(wire);
    return inRange(value, value < minimum, value > maximum, minimum, maximum, pointer, violations);
  };
}

function float64Decoder({ minimum = -Infinity, maximum = Infinity }: NodeOf<"float64">): Decoder {
  return (wire, pointer, violations) => {
    if (typeof wire !== "bigint" && typeof wire !== "number") {
      return reportType(violations, pointer, "a number", wire);
    }
    const value = typeof wire === "bigint" ? toDouble(wire) : wire;
    if (value === undefined || !Number.isFinite(value)) {
      return report(violations, pointer, "not_exact", "A double cannot hold this number exactly.");
    }
    return inRange(value, value < minimum, value > maximum, minimum, maximum, pointer, violations);
  };
}

function int64Decoder(type: NodeOf<"int64">): Decoder {
  const minimum = BigInt(type.minimum ?? -(2n ** 63n));
  const maximum = BigInt(type.maximum ?? 2n ** 63n - 1n);
  return (wire, pointer, violations) => {
    if (typeof wire === "string" && !/^(?:0|-?[1-9]\d{0,39})$/.test(wire)) {
      return report(violations, pointer, "bad_format", "Must be a whole number in decimal digits.");
    }
    if (typeof wire === "number" && Number.isInteger(wire) && !Number.isSafeInteger(wire)) {
      return report(violations, pointer, "not_exact", "Must be sent as a string to be exact.");
    }
    if (
      typeof wire !== "string" &&
      typeof wire !== "bigint" &&
      !(typeof wire === "number" && Number.isInteger(wire))
    ) {
      return reportType(violations, pointer, "a whole number as a string", wire);
    }
    const value = BigInt(wire);
    return inRange(value, value < minimum, value > maximum, minimum, maximum, pointer, violations);
  };
}

function inRange<T extends number | bigint>(
  value: T,
  below: boolean,
  above: boolean,
  minimum: T,
  maximum: T,
  pointer: string,
  violations: Violation[],
): unknown {
  if (below) return report(violations, pointer, "too_small", `Must be at least ${minimum}.`);
  if (above) return report(violations, pointer, "too_big", `Must be at most ${maximum}.`);
  return typeof value === "number" ? value + 0 : value;
}

function decimalDecoder(
  precision: number,
  scale: number,
  { minimum, maximum }: { readonly minimum?: string; readonly maximum?: string },
): Decoder {
  const expected = "a decimal number as a string";
  return (wire, pointer, violations) => {
    if (typeof wire !== "string") return reportType(violations, pointer, expected, wire);
    if (!isDecimal(wire)) {
      return report(
        violations,
        pointer,
        "bad_format",
        `Must be ${expected}, such as ${(12).toFixed(Math.min(scale, 2))}.`,
      );
    }
    const value = toScale(wire, scale);
    if (value === undefined) {
      return report(violations, pointer, "not_exact", `Must have at most ${scale} digits after the point.`);
    }
    if (wholeDigits(value) > precision - scale) {
      const code = value.startsWith("-") ? "too_small" : "too_big";
      return report(
        violations,
        pointer,
        code,
        `Must have at most ${precision - scale} digits before the point.`,
      );
    }
    if (minimum !== undefined && compareDecimals(value, minimum) < 0) {
      return report(violations, pointer, "too_small", `Must be at least ${minimum}.`);
    }
    if (maximum !== undefined && compareDecimals(value, maximum) > 0) {
      return report(violations, pointer, "too_big", `Must be at most ${maximum}.`);
    }
    return value;
  };
}

function formDecoder(parse: (text: string) => string | undefined, expected: string): Decoder {
  return (wire, pointer, violations) => {
    if (typeof wire !== "string") return reportType(violations, pointer, expected, wire);
    return parse(wire) ?? report(violations, pointer, "bad_format", `Must be ${expected}.`);
  };
}

function bytesDecoder({ maxBytes }: NodeOf<"bytes">): Decoder {
  return (wire, pointer, violations) => {
    if (typeof wire !== "string") return reportType(violations, pointer, "base64 text", wire);
    if (base64ByteLength(wire) > maxBytes) {
      return report(violations, pointer, "too_long", `Must be at most ${maxBytes} bytes.`);
    }
    return (
      decodeBase64(wire) ??
      report(violations, pointer, "bad_format", "Must be padded base64 (RFC 4648 section 4).")
    );
  };
}

function fileDecoder({ maxBytes, mediaTypes }: NodeOf<"file">): Decoder {
  return (wire, pointer, violations) => {
    if (!(wire instanceof ReceivedFile)) {
      return reportType(
        violations,
        pointer,
        "a file, sent as a part of multipart/form-data or as the body",
        wire,
      );
    }
    const { id, name, mediaType, size, sha256 } = wire;
    if (size > maxBytes) return report(violations, pointer, "too_long", `Must be at most ${maxBytes} bytes.`);
    if (!takesMediaType(mediaTypes, mediaType)) {
      return report(violations, pointer, "not_allowed", `Must be one of ${mediaTypes?.join(", ")}.`);
    }
    return { id, name, mediaType, size, sha256 };
  };
}

function enumDecoder({ values }: NodeOf<"enum">): Decoder {
  const allowed = new Set<unknown>(values);
  return (wire, pointer, violations) => {
    if (typeof wire !== "string") return reportType(violations, pointer, "a string", wire);
    if (allowed.has(wire)) return wire;
    return report(violations, pointer, "not_allowed", `Must be one of ${values.join(", ")}.`);
  };
}
