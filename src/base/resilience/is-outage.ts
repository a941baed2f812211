import { ApiError } from "../errors/index.ts";

/**
 * Whether an error says that the service called does not work, rather than that it was asked wrongly or called off:
 * ApiErrors from 500 on, and everything else but an AbortError.
 */
export function isOutage(error: unknown): boolean {
  if (error instanceof ApiError) return error.status >= 500;
  return !(error instanceof Error && error.name === "AbortError");
}
