import { ApiError, type Violation } from "../../base/errors/index.ts";
import { DatabaseError, isStalePlan } from "./driver.ts";

/** What a statement was doing, which decides what a violated constraint means. */
export type Purpose = "read" | "write" | "delete" | "sql" | "commit";

/** What a constraint of our tables guards. */
export interface ConstraintMeaning {
  readonly kind: "unique" | "reference" | "check";
  /** Names of the resource's fields. */
  readonly fields: readonly string[];
}

/** Constraint name → meaning, for every table of the model. */
export type Constraints = ReadonlyMap<string, ConstraintMeaning>;

const NO_CONSTRAINTS: Constraints = new Map();

/** What an aborted signal means: the ApiError it was aborted with, `deadline_exceeded` after a timeout, else `cancelled`. */
export function abortError(signal: AbortSignal): ApiError {
  const reason: unknown = signal.reason;
  if (reason instanceof ApiError) return reason;
  if (reason instanceof Error && reason.name === "TimeoutError") {
    return new ApiError("deadline_exceeded", "The deadline passed before the database answered.", {
      cause: reason,
    });
  }
  return new ApiError("cancelled", "The call was cancelled.", { cause: reason });
}

/**
 * Turns a failure of the database into the error a caller gets; what is not caused by the caller, the connection or
 * the load stays a DatabaseError, which the engine masks as `internal`.
 */
export function toStoreError(
  thrown: unknown,
  purpose: Purpose = "read",
  constraints: Constraints = NO_CONSTRAINTS,
): Error {
  if (!(thrown instanceof DatabaseError)) return thrown instanceof Error ? thrown : new Error(String(thrown));
  const cause = thrown;
  if (isConnectionLoss(thrown.code)) return connectionError(thrown, purpose);
  if (isStalePlan(thrown)) {
    return new ApiError("unavailable", "The database was migrated at this moment.", {
      retryAfterSeconds: 1,
      cause,
    });
  }
  switch (thrown.code) {
    case "23505":
      return uniqueError(thrown, constraints);
    case "23503":
      return referenceError(thrown, purpose, constraints);
    case "23514":
      return checkError(thrown, constraints);
    case "40001":
    case "40P01":
    case "55P03":
      return new ApiError("conflict", "Another call changed the same data at the same time.", {
        retryAfterSeconds: 0,
        cause,
      });
    case "57014":
    case "25P04":
      return new ApiError("deadline_exceeded", "The database cancelled the statement.", { cause });
    case "22021":
    case "22P05":
      return new ApiError("invalid_input", "The text contains characters that cannot be stored.", {
        violations: [{ pointer: "", code: "invalid_text", message: "NUL and lone surrogates are not text" }],
        cause,
      });
    default:
      return thrown;
  }
}

/** As {@link toStoreError}, but whatever is left is `unavailable`: for opening connections. */
export function toConnectError(thrown: unknown): ApiError {
  const error = toStoreError(thrown);
  if (error instanceof ApiError) return error;
  return new ApiError("unavailable", "The database cannot be reached.", {
    retryAfterSeconds: 1,
    cause: thrown,
  });
}

/** System and postgres.js error names that mean the connection could not be made or broke. */
const BROKEN = new Set([
  "ECONNREFUSED",
  "ECONNRESET",
  "ECONNABORTED",
  "EPIPE",
  "ETIMEDOUT",
  "EHOSTUNREACH",
  "EHOSTDOWN",
  "ENETUNREACH",
  "ENETDOWN",
  "ENOTFOUND",
  "ENOENT",
  "EAI_AGAIN",
  "CONNECTION_CLOSED",
  "CONNECTION_DESTROYED",
  "CONNECTION_ENDED",
  "CONNECT_TIMEOUT",
]);

/**
 * SQLSTATEs that a later try on another connection may not meet: class 08 (connection), 53 (resources: full disk, out
 * of memory, too many connections), 57P01 to 57P05 (shutdown, starting, dropped, idle), 58 (system), 25006 (the server
 * has become a replica), 25P03 (idle in transaction), 28 (not authorised: the operator's mistake), 3D000 (no database).
 */
export function isConnectionLoss(code: string): boolean {
  if (BROKEN.has(code)) return true;
  if (/^(?:08|53|58|28)/.test(code) || /^57P0[1-5]$/.test(code)) return true;
  return code === "25006" || code === "25P03" || code === "3D000";
}

/**
 * What a statement outside of a transaction was doing when it failed: a change commits by itself, so when the connection
 * breaks nobody knows whether it did.
 */
export function fateOf(error: unknown, purpose: Purpose | undefined): Purpose | undefined {
  const changes = purpose === "write" || purpose === "delete";
  return changes && error instanceof DatabaseError && isConnectionLoss(error.code) ? "commit" : purpose;
}

/** Whether nothing sent on the connection after this error is answered: its socket broke or the server says goodbye. */
export function isBroken(code: string): boolean {
  return BROKEN.has(code) || /^(?:57P0[1-5]|25P03|08)/.test(code);
}

function connectionError(cause: DatabaseError, purpose: Purpose): ApiError {
  const message =
    purpose === "commit"
      ? "The database went away while the change was being committed: whether it took effect is unknown. Repeat it with the same idempotency key, or look."
      : "The database is not available at the moment.";
  return new ApiError("unavailable", message, { retryAfterSeconds: 1, cause });
}

function uniqueError(cause: DatabaseError, constraints: Constraints): Error {
  // A duplicate that was not kept out has stored its answer first; the next try finds it.
  if (cause.constraint === "idempotency_pkey") {
    return new ApiError("idempotency_in_progress", "A call with this Idempotency-Key has just been done.", {
      retryAfterSeconds: 0,
      cause,
    });
  }
  const fields = constraints.get(cause.constraint ?? "")?.fields;
  if (!fields) return new ApiError("already_exists", "Such a row exists already.", { cause });
  return new ApiError("already_exists", `Another row has the same ${list(fields)}.`, {
    violations: fields.map((field) =>
      violation(field, "not_unique", "Must be unique; another row has this value"),
    ),
    cause,
  });
}

function referenceError(cause: DatabaseError, purpose: Purpose, constraints: Constraints): Error {
  // The same constraint is violated from both ends; only the message tells which, and it may be translated.
  const referenced =
    purpose === "delete" || (purpose === "sql" && /still referenced/.test(cause.detail ?? ""));
  if (referenced) return new ApiError("conflict", "Other rows still refer to this one.", { cause });
  const fields = constraints.get(cause.constraint ?? "")?.fields ?? [];
  return new ApiError(
    "reference_not_found",
    `There is no row that ${list(fields) || "the reference"} names.`,
    {
      violations: fields.map((field) => violation(field, "reference_not_found", "Names no existing row")),
      cause,
    },
  );
}

function checkError(cause: DatabaseError, constraints: Constraints): Error {
  const fields = constraints.get(cause.constraint ?? "")?.fields;
  if (!fields) return cause;
  return new ApiError("invalid_input", `${list(fields)} has a value that is not allowed.`, {
    violations: fields.map((field) => violation(field, "not_in_enum", "Must be one of the declared values")),
    cause,
  });
}

function violation(field: string, code: string, message: string): Violation {
  return { pointer: `/${field}`, code, message };
}

function list(fields: readonly string[]): string {
  return fields.join(" and ");
}
