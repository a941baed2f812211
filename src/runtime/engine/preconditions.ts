import { ApiError } from "../../base/errors/index.ts";
import type { Precondition } from "./call.ts";

/** Checks If-Match and If-None-Match against the version of a row that exists (RFC 9110 section 13.1); throws 412. */
export function checkPrecondition(precondition: Precondition | undefined, version: number): void {
  if (precondition === undefined) return;
  const { ifMatch, ifNoneMatch } = precondition;
  if (ifNoneMatch === "*") throw preconditionFailed("The row exists already.");
  if (ifMatch !== undefined && ifMatch !== "*" && !ifMatch.includes(version)) {
    throw preconditionFailed("The row has changed since you read it: read it again.");
  }
}

function preconditionFailed(message: string): ApiError {
  return new ApiError("precondition_failed", message);
}
