import { UsageError } from "../../base/errors/index.ts";

/** A query parameter: a value, or several that commas join. */
export type FormattedParameter = readonly [name: string, value: string | readonly string[]];

/** Writes a query string without `?`, as {@link parseQuery} and {@link decodeList} read it: a comma in a value is `%2C`. */
export function formatQuery(parameters: readonly FormattedParameter[]): string {
  return parameters
    .map(([name, value]) => `${formatPart(name)}=${[value].flat().map(formatPart).join(",")}`)
    .join("&");
}

/** Writes one segment of a path; throws a UsageError for what would be no segment of its own. */
export function formatSegment(value: string): string {
  // `.` and `..`, escaped or not, are resolved by whoever reads the URL: another path would be called.
  if (value === "" || value === "." || value === "..") {
    const fix = "check the id or the field that becomes part of the path";
    throw new UsageError({
      place: "path",
      expected: "a text for a segment",
      found: JSON.stringify(value),
      fix,
    });
  }
  return formatPart(value);
}

function formatPart(text: string): string {
  if (text.isWellFormed()) return encodeURIComponent(text);
  const fix = "a half of a surrogate pair is no text: cut texts between characters";
  throw new UsageError({ place: "URL", expected: "well-formed text", found: "a lone surrogate", fix });
}
