import type { ApiError } from "../../base/errors/index.ts";
import { stringifyJson } from "../../base/lib/index.ts";
import type { JsonValue } from "../../base/lib/json.ts";

/** Media type of error answers (RFC 9457). */
export const PROBLEM_MEDIA_TYPE = "application/problem+json";

/** Where and in which request an error came about. */
export interface ProblemContext {
  /** Path of the request, without the query, which may hold what a log must not. */
  readonly instance?: string;
  readonly requestId: string;
  /** Pointer into the body, of a pointer into the input; where they differ. */
  readonly pointerOf?: (pointer: string) => string;
}

/**
 * Writes an error as problem+json (RFC 9457): type, title, status, detail, instance, code, requestId; `errors` with all
 * violations, and `data` where the error has any. The cause is never written.
 */
export function formatProblem(error: ApiError, { instance, requestId, pointerOf }: ProblemContext): string {
  const violations =
    pointerOf === undefined
      ? error.violations
      : error.violations.map((each) => ({ ...each, pointer: pointerOf(each.pointer) }));
  return stringifyJson({
    type: problemType(error.code),
    title: error.title,
    status: error.status,
    detail: error.message,
    ...(instance === undefined ? {} : { instance }),
    code: error.code,
    requestId,
    ...(violations.length === 0 ? {} : { errors: violations.map(violationJson) }),
    ...(error.data === undefined ? {} : { data: toJson(error.data) }),
  });
}

/** What JSON can say of a value; the engine has already put data into wire form, so nothing is lost here. */
export function toJson(value: unknown): JsonValue {
  if (typeof value === "string" || typeof value === "boolean" || typeof value === "bigint") return value;
  if (typeof value === "number") return Number.isFinite(value) ? value : null;
  if (Array.isArray(value)) return value.map(toJson);
  if (typeof value !== "object" || value === null) return null;
  const known = Object.entries(value).filter(([, inner]) => inner !== undefined);
  return Object.fromEntries(known.map(([key, inner]) => [key, toJson(inner)]));
}

function violationJson({ pointer, code, message }: ApiError["violations"][number]): JsonValue {
  return { pointer, code, message };
}

/** Type of an error as a reference from the root: the path of the page that explains it. */
export function problemType(code: string): string {
  return `/problems/${code}`;
}
