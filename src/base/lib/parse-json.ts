import { isWritingOf } from "./double.ts";
import type { JsonValue } from "./json.ts";

/** Limits of {@link parseJson}. */
export interface ParseJsonLimits {
  /** Deepest nesting of arrays and objects. Default 64: deeper than any contract, shallow enough for every stack. */
  readonly maxDepth?: number;
}

/** Thrown by {@link parseJson}; `message` ends with the place. Offsets count UTF-16 units from 0, line and column from 1. */
export class JsonSyntaxError extends Error {
  override readonly name = "JsonSyntaxError";
  readonly offset: number;
  readonly line: number;
  readonly column: number;

  constructor(reason: string, text: string, offset: number) {
    const before = text.slice(0, offset);
    const line = before.split("\n").length;
    const column = offset - before.lastIndexOf("\n");
    super(`${reason} at line ${line}, column ${column}`);
    this.offset = offset;
    this.line = line;
    this.column = column;
  }
}

// Parsing is synchronous and never re-entered, so its state lives here: closures per call would cost more than the parse.
let source = "";
let position = 0;
let depthLeft = 0;

/**
 * Parses one JSON text (RFC 8259) without changing any value silently. Integers beyond ±(2^53 - 1) become bigint.
 * Refused beside bad syntax: duplicate keys, the keys `__proto__`, `constructor` and `prototype`, lone surrogates,
 * and numbers with a magnitude or precision that a double does not have (RFC 7493 sections 2.1 to 2.3). Minus zero
 * is zero.
 */
export function parseJson(text: string, limits: ParseJsonLimits = {}): JsonValue {
  source = text;
  position = 0;
  depthLeft = limits.maxDepth ?? 64;
  try {
    if (!text.isWellFormed()) fail("Lone surrogate", loneSurrogate(text));
    const value = parseValue(skipSpace());
    if (!Number.isNaN(skipSpace())) fail("Unexpected text after the JSON value", position);
    return value;
  } finally {
    source = "";
  }
}

/** Moves to the next character that is not white space and returns its code; NaN at the end. */
function skipSpace(): number {
  let code = source.charCodeAt(position);
  while (code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09)
    code = source.charCodeAt(++position);
  return code;
}

function parseValue(code: number): JsonValue {
  switch (code) {
    case 0x22:
      return parseString();
    case 0x7b:
      return parseObject();
    case 0x5b:
      return parseArray();
    case 0x74:
      return parseWord("true", true);
    case 0x66:
      return parseWord("false", false);
    case 0x6e:
      return parseWord("null", null);
    default:
      if (code === 0x2d || (code >= 0x30 && code <= 0x39)) return parseNumber(code);
      return unexpected("a JSON value");
  }
}

function parseObject(): JsonValue {
  if (--depthLeft < 0) fail("Nested too deep", position);
  const object: Record<string, JsonValue> = {};
  position++;
  let code = skipSpace();
  if (code === 0x7d) {
    position++;
    depthLeft++;
    return object;
  }
  for (;;) {
    if (code !== 0x22) unexpected("a property name in double quotes");
    const start = position;
    const key = parseString();
    if (key.length >= 9 && isPrototypeKey(key)) fail(`Key ${JSON.stringify(key)} is not allowed`, start);
    // A parsed value is never undefined, so the first look decides for all but names such as "toString".
    if (object[key] !== undefined && Object.hasOwn(object, key)) {
      fail(`Duplicate key ${JSON.stringify(key.length > 64 ? `${key.slice(0, 64)}…` : key)}`, start);
    }
    if (skipSpace() !== 0x3a) unexpected("':'");
    position++;
    object[key] = parseValue(skipSpace());
    code = skipSpace();
    position++;
    if (code === 0x7d) break;
    if (code !== 0x2c) {
      position--;
      unexpected("',' or '}'");
    }
    code = skipSpace();
  }
  depthLeft++;
  return object;
}

function parseArray(): JsonValue {
  if (--depthLeft < 0) fail("Nested too deep", position);
  const array: JsonValue[] = [];
  position++;
  if (skipSpace() === 0x5d) {
    position++;
    depthLeft++;
    return array;
  }
  for (;;) {
    array.push(parseValue(skipSpace()));
    const code = skipSpace();
    position++;
    if (code === 0x5d) break;
    if (code !== 0x2c) {
      position--;
      unexpected("',' or ']'");
    }
  }
  depthLeft++;
  return array;
}

function parseWord<T>(word: string, value: T): T {
  if (!source.startsWith(word, position)) unexpected("a JSON value");
  position += word.length;
  return value;
}

function parseString(): string {
  const start = ++position;
  for (let at = start; ; at++) {
    const code = source.charCodeAt(at);
    if (code === 0x22) {
      position = at + 1;
      return source.slice(start, at);
    }
    if (code === 0x5c) return parseEscaped(start, at);
    if (!(code >= 0x20)) failInString(start, at);
  }
}

/** Goes on with a string whose first backslash is at `at`. */
function parseEscaped(start: number, at: number): string {
  let result = source.slice(start, at);
  let from = at;
  let surrogates = false;
  for (;;) {
    const code = source.charCodeAt(at);
    if (code === 0x22) {
      result += source.slice(from, at);
      if (surrogates && !result.isWellFormed()) fail("Lone surrogate in the string", start - 1);
      position = at + 1;
      return result;
    }
    if (code === 0x5c) {
      result += source.slice(from, at);
      const letter = source[at + 1];
      if (letter === "u") {
        const unit = hexUnit(at + 2);
        if (unit < 0) fail("Bad \\u escape", at);
        surrogates ||= (unit & 0xf800) === 0xd800;
        result += String.fromCharCode(unit);
        at += 6;
      } else {
        const plain = letter === undefined ? undefined : ESCAPES.get(letter);
        if (plain === undefined) fail("Bad escape", at);
        result += plain;
        at += 2;
      }
      from = at;
    } else if (code >= 0x20) at++;
    else failInString(start, at);
  }
}

const ESCAPES = new Map([
  ['"', '"'],
  ["\\", "\\"],
  ["/", "/"],
  ["b", "\b"],
  ["f", "\f"],
  ["n", "\n"],
  ["r", "\r"],
  ["t", "\t"],
]);

/** Value of the four hex digits at an offset; -1 if they are not that. */
function hexUnit(offset: number): number {
  let unit = 0;
  for (let at = offset; at < offset + 4; at++) {
    const code = source.charCodeAt(at);
    const lower = code | 0x20;
    if (code >= 0x30 && code <= 0x39) unit = unit * 16 + code - 0x30;
    else if (lower >= 0x61 && lower <= 0x66) unit = unit * 16 + lower - 0x57;
    else return -1;
  }
  return unit;
}

function parseNumber(first: number): number | bigint {
  const start = position;
  let code = first;
  if (code === 0x2d) code = source.charCodeAt(++position);
  if (code === 0x30) {
    code = source.charCodeAt(++position);
    if (code >= 0x30 && code <= 0x39) fail("Number with a leading zero", start);
  } else code = skipDigits();
  const whole = code !== 0x2e && code !== 0x65 && code !== 0x45;
  if (whole && position - start <= 15) return Number(source.slice(start, position)) + 0;
  if (code === 0x2e) {
    position++;
    code = skipDigits();
  }
  if (code === 0x65 || code === 0x45) {
    code = source.charCodeAt(++position);
    if (code === 0x2b || code === 0x2d) position++;
    skipDigits();
  }
  return exactNumber(source.slice(start, position), whole, start);
}

/** Moves past one or more digits and returns the code after them. */
function skipDigits(): number {
  const start = position;
  let code = source.charCodeAt(position);
  while (code >= 0x30 && code <= 0x39) code = source.charCodeAt(++position);
  if (position === start) unexpected("a digit");
  return code;
}

function exactNumber(text: string, whole: boolean, start: number): number | bigint {
  const value = Number(text);
  if (!Number.isFinite(value)) fail("Number beyond the range of a double", start);
  if (whole) return Number.isSafeInteger(value) ? value : BigInt(text);
  // The form that most programs print, and the quickest to tell.
  if (value !== 0 && (text.length <= 15 || text === String(value))) return value;
  if (value === 0 && /[1-9]/.test(text.replace(/e.*$/i, "")))
    fail("Number below the range of a double", start);
  if (!isWritingOf(text, value)) {
    fail("Number with more digits than a double holds; send it as a string", start);
  }
  return value + 0;
}

function isPrototypeKey(key: string): boolean {
  return key === "__proto__" || key === "constructor" || key === "prototype";
}

function loneSurrogate(text: string): number {
  for (let at = 0; ; at++) {
    const code = text.codePointAt(at)!;
    if (code > 0xffff) at++;
    else if ((code & 0xf800) === 0xd800) return at;
  }
}

function failInString(start: number, at: number): never {
  if (at >= source.length) fail("String without an end", start - 1);
  return fail("Control character in a string, which must be escaped", at);
}

function unexpected(expected: string): never {
  const character = source.codePointAt(position);
  const found = character === undefined ? "end of text" : JSON.stringify(String.fromCodePoint(character));
  return fail(`Unexpected ${found}, expected ${expected}`, position);
}

function fail(reason: string, offset: number): never {
  throw new JsonSyntaxError(reason, source, offset);
}
