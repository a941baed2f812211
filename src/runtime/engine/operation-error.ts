import type { ApiError } from "../../base/errors/index.ts";

/** An error as an operation that failed keeps it: the members of problem details (RFC 9457), without its cause. */
export function operationError(error: ApiError, requestId: string): Readonly<Record<string, unknown>> {
  const { code, status, title, message, violations, data } = error;
  return {
    type: `/problems/${code}`,
    title,
    status,
    detail: message,
    code,
    requestId,
    ...(violations.length === 0 ? {} : { errors: violations }),
    ...(data === undefined ? {} : { data }),
  };
}
