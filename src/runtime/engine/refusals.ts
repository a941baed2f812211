import { ApiError, UsageError, type Violation } from "../../base/errors/index.ts";
import type { OperationModel } from "../../contract/model/model.ts";

/** 401: nobody is signed in where somebody must be. */
export function unauthenticated(): ApiError {
  return new ApiError("unauthenticated", "This operation needs credentials.");
}

/** 403, or 404 where the operation hides rows from those who may not touch them. */
export function denied(operation: OperationModel, id: string | undefined): ApiError {
  if (operation.whenDenied === "not-found" && id !== undefined) {
    return notFound(operation.resource ?? operation.key ?? operation.name, id);
  }
  const what =
    operation.resource === undefined
      ? `call ${operation.name}`
      : `${operation.name} this ${operation.resource}`;
  return new ApiError("forbidden", `You may not ${what}.`);
}

/** 404 for a row; an id too long to be one is cut in the message. */
export function notFound(resource: string, id: string): ApiError {
  return new ApiError("not_found", `There is no ${resource} with the id ${JSON.stringify(id.slice(0, 64))}.`);
}

/** 422 with all violations at once. */
export function invalidInput(violations: readonly Violation[]): ApiError {
  return new ApiError("invalid_input", countOf(violations, "input"), { violations });
}

/** 400 with all violations at once, for what stands in the query string. */
export function invalidParameters(violations: readonly Violation[]): ApiError {
  return new ApiError("invalid_parameter", countOf(violations, "query"), { violations });
}

function countOf(violations: readonly Violation[], what: string): string {
  const [first] = violations;
  return violations.length === 1 && first
    ? `The ${what} is not valid: ${first.pointer || "body"}: ${first.message}`
    : `The ${what} has ${violations.length} mistakes.`;
}

/** A handler that breaks its own contract: masked, since no caller can do anything about it. */
export function wrongAnswer(operation: OperationModel, expected: string): UsageError {
  return new UsageError({
    place: `handler of ${operation.id}`,
    expected: `${expected} as its answer`,
    found: "something else",
    fix: "return what db.get, db.insert, db.update or db.list gave",
  });
}
