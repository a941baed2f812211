import { ApiError, type Violation } from "../../base/errors/index.ts";
import { checkQueryCharacters, decodeQueryPart } from "./percent.ts";

/** A query parameter with its name decoded and its value as it came, so that an encoded comma is not a separator. */
export interface QueryParameter {
  readonly name: string;
  readonly raw: string;
}

/** More than any question needs; each is a name that the caller could also have left out. */
const MAX_PARAMETERS = 100;

/**
 * Splits a query string (without `?`). Throws `malformed_request` for bad escapes, a parameter without a name and more
 * than 100 parameters, `invalid_parameter` for names given twice. With `isTaken`, others than those taken are passed over.
 */
export function parseQuery(query: string, isTaken?: (name: string) => boolean): readonly QueryParameter[] {
  checkQueryCharacters(query);
  const parameters: QueryParameter[] = [];
  const names = new Set<string>();
  const violations: Violation[] = [];
  for (const part of query.split("&")) {
    if (part === "") continue;
    const equals = part.indexOf("=");
    const name = decodeQueryPart(equals === -1 ? part : part.slice(0, equals));
    if (name === "") throw new ApiError("malformed_request", "The query has a parameter without a name.");
    if (parameters.length === MAX_PARAMETERS) {
      throw new ApiError("malformed_request", `The query has more than ${MAX_PARAMETERS} parameters.`);
    }
    if (isTaken?.(name) === false) continue;
    if (names.has(name)) {
      violations.push(violation(name, "duplicate_parameter", "Given twice; join several values by commas."));
    }
    names.add(name);
    parameters.push({ name, raw: equals === -1 ? "" : part.slice(equals + 1) });
  }
  throwViolations(violations);
  return parameters;
}

/** Decodes a comma-separated value; `%2C` is a comma inside a value. */
export function decodeList(raw: string): readonly string[] {
  return raw.split(",").map(decodeQueryPart);
}

/** Makes the violation of one query parameter; its pointer is `?name`. */
export function violation(name: string, code: string, message: string): Violation {
  return { pointer: `?${name}`, code, message };
}

/** Throws `invalid_parameter` with all violations, if there are any. */
export function throwViolations(violations: readonly Violation[]): void {
  if (violations.length === 0) return;
  const names = [...new Set(violations.map(({ pointer }) => pointer.slice(1)))].join(", ");
  throw new ApiError("invalid_parameter", `The query is wrong in: ${names}.`, { violations });
}
