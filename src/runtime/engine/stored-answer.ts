import { ApiError, type ApiErrorOptions } from "../../base/errors/index.ts";
import { type JsonValue, parseJson, stringifyJson } from "../../base/lib/index.ts";
import type { Outcome, Success } from "./call.ts";
import type { StoredAnswer } from "./ports.ts";
import type { RowSelection } from "./select.ts";
import { type KeptPage, type KeptRow, keepPage, keepRow } from "./tree/keep.ts";
import { ReplayedPage, ReplayedRow } from "./tree/replayed.ts";

/** A failure as data: what an ApiError is made of again. */
interface StoredFailure {
  readonly ok: false;
  readonly code: string;
  readonly message: string;
  readonly options: ApiErrorOptions;
}

/** A success as data: what was selected of it stands as it was answered. */
type StoredSuccess = Omit<Success, "selected" | "selectedPage" | "selectedRows"> & {
  readonly selected?: KeptRow;
  readonly selectedPage?: KeptPage;
};

/**
 * Writes an outcome, whose caller selected `select`, for later calls with the same idempotency key. The cause of an error
 * stays out.
 */
export function encodeAnswer(outcome: Outcome, select?: RowSelection): StoredAnswer {
  if (outcome.ok) return { json: successText(outcome, select) };
  const { code, message, status, title, violations, data, retryAfterSeconds } = outcome.error;
  const options = { status, title, violations, data, retryAfterSeconds };
  return {
    json: stringifyJson(withoutUndefined({ ok: false, code, message, options: withoutUndefined(options) })),
  };
}

/** The value goes in as the text that the first caller gets, where there is one. */
function successText(outcome: Success, select: RowSelection | undefined): string {
  const { ok, kind, id, version, updatedAt, actions, hidden, page } = outcome;
  const selected = outcome.selected && select && keepRow(outcome.selected, select);
  const selectedPage = outcome.selectedPage && select && keepPage(outcome.selectedPage, select);
  const facts = stringifyJson(
    withoutUndefined({ ok, kind, id, version, updatedAt, actions, hidden, page, selected, selectedPage }),
  );
  const value = outcome.json ?? (outcome.value === undefined ? undefined : stringifyJson(outcome.value));
  return value === undefined ? facts : `${facts.slice(0, -1)},"value":${value}}`;
}

/** Reads a stored answer back, as a replay. */
export function decodeAnswer({ json }: StoredAnswer): Outcome {
  // Written by encodeAnswer and by nobody else: the table is the engine's own.
  const stored = parseJson(json, { maxDepth: MAX_DEPTH }) as unknown as StoredSuccess | StoredFailure;
  if (!stored.ok) {
    return { ok: false, error: new ApiError(stored.code, stored.message, stored.options), replayed: true };
  }
  const { selected, selectedPage, ...rest } = stored;
  return {
    ...rest,
    value: stored.value,
    replayed: true,
    ...(selected === undefined ? {} : { selected: new ReplayedRow(selected) }),
    ...(selectedPage === undefined ? {} : { selectedPage: new ReplayedPage(selectedPage) }),
  };
}

/**
 * Tells whether a refusal is an answer worth keeping: the same call would be refused again. What a pause, a sign-in or
 * a fresh ETag may mend is not kept.
 */
export function isLasting({ code, status }: ApiError): boolean {
  return status >= 400 && status < 500 && !PASSING_STATUS.has(status) && !PASSING_CODES.has(code);
}

// As deep as a value of type json may be stored, and the answer around it.
const MAX_DEPTH = 520;

const PASSING_STATUS: ReadonlySet<number> = new Set([401, 408, 412, 425, 428, 429, 499]);
const PASSING_CODES: ReadonlySet<string> = new Set([
  "conflict",
  "idempotency_in_progress",
  "idempotency_key_reused",
]);

function withoutUndefined(record: Readonly<Record<string, unknown>>): JsonValue {
  return Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined)) as JsonValue;
}
