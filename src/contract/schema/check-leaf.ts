import type { Mistake } from "../../base/errors/index.ts";
import { compareDecimals, isDecimal, isIdPrefix, toScale, wholeDigits } from "../../base/lib/index.ts";
import { currencyDigits, MONEY_PRECISION } from "./currencies.ts";
import { isMediaRange } from "./file-value.ts";
import { FORMATS } from "./formats.ts";
import type { LeafNode } from "./leaf-decoder.ts";

type LeafOf<Kind extends LeafNode["kind"]> = Extract<LeafNode, { kind: Kind }>;
type Complain = (expected: string, found: unknown, fix: string) => void;

/** 1 TiB: sizes stay exact, and what is larger wants a protocol that resumes. */
const LARGEST_FILE_BYTES = 2 ** 40;

/** Largest precision that PostgreSQL lets a numeric declare. */
const MAX_PRECISION = 1000;

/** Returns a leaf type as it belongs in the model, with decimal bounds at scale; adds what makes no sense to `mistakes`. */
export function checkLeaf(
  type: Exclude<LeafNode, { kind: "ref" }>,
  place: string,
  mistakes: Mistake[],
): LeafNode {
  const complain: Complain = (expected, found, fix) => {
    mistakes.push({ place, expected, found: found === "" ? "an empty text" : String(found), fix });
  };
  switch (type.kind) {
    case "id":
      if (!isIdPrefix(type.prefix)) {
        complain(
          "an id prefix of 1 to 16 lower-case letters and digits, a letter first",
          quoted(type.prefix),
          "change the prefix",
        );
      }
      return { ...type };
    case "string":
      checkPattern(type, complain);
      return checkText(type, complain);
    case "text":
      return checkText(type, complain);
    case "int32":
      checkBounds(type, -(2 ** 31), 2 ** 31 - 1, Number.isInteger, "whole numbers of 32 bits", complain);
      return { ...type };
    case "float64":
      checkBounds(type, -Number.MAX_VALUE, Number.MAX_VALUE, Number.isFinite, "finite numbers", complain);
      return { ...type };
    case "int64":
      checkInt64(type, complain);
      return { ...type };
    case "decimal":
      return checkDecimal(type, complain);
    case "money":
      return checkMoney(type, complain);
    case "bytes":
    case "json":
      if (!isCount(type.maxBytes)) complain("maxBytes of at least 1", type.maxBytes, "change maxBytes");
      return { ...type };
    case "file":
      return checkFile(type, complain);
    case "enum":
      return checkEnum(type, complain);
    default:
      return { ...type };
  }
}

function checkFile(type: LeafOf<"file">, complain: Complain): LeafNode {
  const { maxBytes, mediaTypes } = type;
  if (!isCount(maxBytes) || maxBytes > LARGEST_FILE_BYTES) {
    complain(`maxBytes from 1 to ${LARGEST_FILE_BYTES}`, maxBytes, "change maxBytes");
  }
  const wrong = mediaTypes?.find((range) => !isMediaRange(range));
  if (wrong !== undefined || mediaTypes?.length === 0) {
    const fix = 'write one such as "application/pdf" or "image/*", or leave mediaTypes out to take all';
    complain("media types in lower case without parameters", wrong ? quoted(wrong) : "none", fix);
  }
  return { ...type };
}

function checkText<T extends LeafOf<"string"> | LeafOf<"text">>(type: T, complain: Complain): T {
  const { minLength = 0, maxLength } = type;
  if (!isCount(maxLength)) complain("maxLength of at least 1", maxLength, "change maxLength");
  else if (!Number.isSafeInteger(minLength) || minLength < 0 || minLength > maxLength) {
    complain(`minLength from 0 to maxLength ${maxLength}`, minLength, "change minLength or maxLength");
  }
  return { ...type };
}

function checkPattern({ pattern, format }: LeafOf<"string">, complain: Complain): void {
  if (format !== undefined && !Object.hasOwn(FORMATS, format)) {
    complain(
      `a format of ${Object.keys(FORMATS).join(", ")}`,
      quoted(format),
      "use one of these, or a pattern",
    );
  }
  if (pattern === undefined) return;
  try {
    new RegExp(pattern, "u");
  } catch (error) {
    complain("a regular expression of ECMA-262 with the u flag", String(error), "correct the pattern");
  }
}

function checkBounds(
  { minimum, maximum }: { readonly minimum?: number; readonly maximum?: number },
  least: number,
  most: number,
  isValid: (value: number) => boolean,
  expected: string,
  complain: Complain,
): void {
  for (const bound of [minimum, maximum]) {
    if (bound !== undefined && !(isValid(bound) && bound >= least && bound <= most)) {
      complain(`bounds that are ${expected}`, bound, "change the bound");
    }
  }
  if (minimum !== undefined && maximum !== undefined && minimum > maximum) {
    complain("minimum ≤ maximum", `${minimum} and ${maximum}`, "change one of them");
  }
}

function checkInt64({ minimum, maximum }: LeafOf<"int64">, complain: Complain): void {
  for (const bound of [minimum, maximum]) {
    const valid =
      bound === undefined || (/^-?\d+$/.test(bound) && BigInt.asIntN(64, BigInt(bound)) === BigInt(bound));
    if (!valid) {
      complain("bounds that are whole numbers of 64 bits", bound, "change the bound");
      return;
    }
  }
  if (minimum !== undefined && maximum !== undefined && BigInt(minimum) > BigInt(maximum)) {
    complain("minimum ≤ maximum", `${minimum} and ${maximum}`, "change one of them");
  }
}

function checkDecimal(type: LeafOf<"decimal">, complain: Complain): LeafNode {
  const { precision, scale } = type;
  const valid = isCount(precision) && precision <= MAX_PRECISION && Number.isSafeInteger(scale) && scale >= 0;
  if (!valid || scale > precision) {
    complain(
      `precision from 1 to ${MAX_PRECISION} and scale from 0 to precision`,
      `precision ${precision} and scale ${scale}`,
      "change them: precision counts all digits, scale those after the point",
    );
    return { ...type };
  }
  return { ...type, ...decimalBounds(type, precision, scale, complain) };
}

function checkMoney(type: LeafOf<"money">, complain: Complain): LeafNode {
  const digits = currencyDigits(type.currency);
  if (digits === undefined) {
    complain(
      "a currency code of ISO 4217 that has a minor unit",
      quoted(type.currency),
      'use a code such as "EUR"',
    );
    return { ...type };
  }
  return { ...type, ...decimalBounds(type, MONEY_PRECISION, digits, complain) };
}

function decimalBounds(
  type: { readonly minimum?: string; readonly maximum?: string },
  precision: number,
  scale: number,
  complain: Complain,
): { readonly minimum?: string; readonly maximum?: string } {
  const bounds: { minimum?: string; maximum?: string } = {};
  for (const name of ["minimum", "maximum"] as const) {
    const given = type[name];
    if (given === undefined) continue;
    const value = isDecimal(given) ? toScale(given, scale) : undefined;
    if (value === undefined || wholeDigits(value) > precision - scale) {
      complain(
        `a ${name} of at most ${precision - scale} digits and ${scale} after the point`,
        quoted(given),
        `change ${name}`,
      );
    } else bounds[name] = value;
  }
  const { minimum, maximum } = bounds;
  if (minimum !== undefined && maximum !== undefined && compareDecimals(minimum, maximum) > 0) {
    complain("minimum ≤ maximum", `${minimum} and ${maximum}`, "change one of them");
  }
  return bounds;
}

function checkEnum(type: LeafOf<"enum">, complain: Complain): LeafNode {
  const wrong = type.values.filter((value) => !/^[a-z][a-z0-9]*(?:_[a-z0-9]+)*$/.test(value));
  if (wrong.length > 0) {
    complain(
      "values in snake_case, which every protocol can name",
      wrong.map(quoted).join(", "),
      "rename them",
    );
  }
  const twice = type.values.filter((value, index) => type.values.indexOf(value) !== index);
  if (twice.length > 0)
    complain("each value once", `${twice.map(quoted).join(", ")} twice`, "remove the duplicate");
  if (type.values.length === 0) complain("at least one value", "none", "name the values");
  return { kind: "enum", values: [...type.values] };
}

function isCount(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 1;
}

function quoted(value: unknown): string {
  return JSON.stringify(value) ?? String(value);
}
