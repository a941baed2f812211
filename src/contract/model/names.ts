import type { Report } from "./report.ts";
import { show } from "./report.ts";

/** Names that every JavaScript object already answers to; as keys of a record they would be found where nothing is. */
const OBJECT_MEMBERS: ReadonlySet<string> = new Set(Object.getOwnPropertyNames(Object.prototype));
/** Bytes of a PostgreSQL identifier, which it cuts off without an error. */
const MAX_NAME = 63;

/** `startsAt` → `starts_at`. Every capital begins a word, so two camelCase names never become the same. */
export function toSnakeCase(camel: string): string {
  // Asked for every name of a contract as it is compiled, and most are one word.
  if (!/[A-Z]/.test(camel)) return camel;
  return camel.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** `orderItems` → `order-items`. */
export function toKebabCase(camel: string): string {
  return toSnakeCase(camel).replaceAll("_", "-");
}

/** `orderItem` or `order_item` → `OrderItem`. */
export function toPascalCase(name: string): string {
  // Asked for every name of a contract as it is compiled, and nearly all are one word in camelCase.
  if (!name.includes("_")) return name.charAt(0).toUpperCase() + name.slice(1);
  return name.replace(/(?:^|_)([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

/** `orderItem` or `order_item` → `Order item`, for titles. */
export function toTitle(name: string): string {
  const words = toSnakeCase(name).replaceAll("_", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/**
 * Checks a name that becomes a path, a column, and a name in GraphQL and protobuf: a lower-case letter, then letters
 * and digits. `what` says whose name it is.
 */
export function checkCamelCase(name: unknown, at: NamePlace): name is string {
  return check(name, /^[a-z][a-zA-Z0-9]*$/, { ...at, style: "camelCase", suggest: toCamelCase });
}

/** Checks a value of an enum or a code: lower-case words of letters and digits, joined by single underscores. */
export function checkSnakeCase(name: unknown, at: NamePlace): name is string {
  return check(name, /^[a-z][a-z0-9]*(_[a-z0-9]+)*$/, { ...at, style: "snake_case", suggest: toWords });
}

/** Where a name stands. */
export interface NamePlace {
  readonly place: string;
  readonly report: Report;
}

interface NameStyle extends NamePlace {
  readonly style: string;
  readonly suggest: (name: string) => string;
}

function check(name: unknown, pattern: RegExp, { place, report, style, suggest }: NameStyle): name is string {
  const long = typeof name === "string" && toSnakeCase(name).length > MAX_NAME;
  if (typeof name === "string" && pattern.test(name) && !long && !OBJECT_MEMBERS.has(name)) return true;
  const suggestion = typeof name === "string" ? suggest(name) : "";
  const usable = pattern.test(suggestion) && suggestion !== name && !OBJECT_MEMBERS.has(suggestion);
  report({
    place,
    expected: `a ${style} name of at most ${MAX_NAME} letters and digits that no object has of itself`,
    found: show(name),
    fix: usable && !long ? `rename it to ${show(suggestion)}` : "rename it",
  });
  return false;
}

function toWords(name: string): string {
  return toSnakeCase(name.trim())
    .replace(/[^a-z0-9]+/g, "_")
    .replace(/^_+|_+$/g, "");
}

function toCamelCase(name: string): string {
  return toWords(/^[A-Z_\s-]+$/.test(name) ? name.toLowerCase() : name).replace(
    /_([a-z0-9])/g,
    (_, letter: string) => letter.toUpperCase(),
  );
}
