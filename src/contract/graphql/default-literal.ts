import type { FieldNode } from "../schema/index.ts";
import type { GraphqlInputField } from "./description.ts";

/**
 * The default of an input field as GraphQL can say it; undefined where it has none, or only the engine can fill it in: that
 * of a field which some callers may not write, since a default counts as given, and those of nested types.
 */
export function defaultOf({ type, default: value, visibleTo }: FieldNode): GraphqlInputField["default"] {
  if (value === undefined || visibleTo !== undefined) return undefined;
  if (value === null) return { value, literal: "null" };
  switch (type.kind) {
    case "enum":
      return { value, literal: String(value).toUpperCase() };
    case "bool":
    case "int32":
    case "float64":
      return { value, literal: String(value) };
    case "string":
    case "text":
    case "int64":
    case "decimal":
    case "money":
    case "timestamp":
    case "date":
    case "duration":
      return { value, literal: quote(String(value)) };
    default:
      return undefined;
  }
}

const SHORT_ESCAPES: Readonly<Record<string, string>> = {
  "\b": "\\b",
  "\t": "\\t",
  "\n": "\\n",
  "\f": "\\f",
  "\r": "\\r",
  '"': '\\"',
  "\\": "\\\\",
};

/** A string as GraphQL writes it (section 2.9.4), with every control character escaped. */
export function quote(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is escaped.
  const escaped = text.replace(/["\\\u0000-\u001f\u007f-\u009f]/g, (char) => {
    const code = char.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0");
    return SHORT_ESCAPES[char] ?? `\\u${code}`;
  });
  return `"${escaped}"`;
}
