import { ApiError, type ApiErrorOptions } from "../../base/errors/index.ts";
import { type JsonValue, parseJson, stringifyJson } from "../../base/lib/index.ts";
import type { Outcome, Success } from "./call.ts";
import type { StoredAnswer } from "./ports.ts";
import type { RowSelection } from "./select.ts";
import { type KeptRow, keepRow } from "./tree/keep.ts";
import { ReplayedRow } from "./tree/replayed.ts";

/** A failure as data: what an ApiError is made of again. */
interface StoredFailure {
  readonly ok: false;
  readonly code: string;
  readonly message: string;
  readonly options: ApiErrorOptions;
}

/** A success as data: what was selected of it stands as it was answered. */
type StoredSuccess = Omit<Success, "selected"> &
  Omit<DecodedAnswer, "outcome"> & { readonly selected?: KeptRow };

/** What is kept of a call beside its outcome. */
export interface Kept {
  readonly select?: RowSelection | undefined;
  /** Digest of the fields that the caller asked for; undefined: all. */
  readonly asked?: string | undefined;
  /** The caller's roles, as far as fields are shown to some roles only; undefined: none of them. */
  readonly seenBy?: string | undefined;
  /** The whole row as JSON text, where they asked for something else. */
  readonly rowJson?: string | undefined;
}

/** Writes an outcome for later calls with the same idempotency key. The cause of an error stays out. */
export function encodeAnswer(outcome: Outcome, kept: Kept = {}): StoredAnswer {
  if (outcome.ok) return { json: successText(outcome, kept) };
  const { code, message, status, title, violations, data, retryAfterSeconds } = outcome.error;
  const options = { status, title, violations, data, retryAfterSeconds };
  return {
    json: stringifyJson(withoutUndefined({ ok: false, code, message, options: withoutUndefined(options) })),
  };
}

/** The value goes in as the text that the first caller gets, where there is one. */
function successText(outcome: Success, { select, asked, seenBy, rowJson }: Kept): string {
  const { ok, kind, id, version, updatedAt, actions, hidden, page } = outcome;
  const selected = outcome.selected && select && keepRow(outcome.selected, select);
  const facts = stringifyJson(
    withoutUndefined({ ok, kind, id, version, updatedAt, actions, hidden, page, selected, asked, seenBy }),
  );
  const value = outcome.json ?? (outcome.value === undefined ? undefined : stringifyJson(outcome.value));
  const row = rowJson === undefined ? "" : `,"row":${rowJson}`;
  return `${facts.slice(0, -1)}${row}${value === undefined ? "" : `,"value":${value}`}}`;
}

/** An answer as it is stored: a replay of its outcome, and what was kept beside it. */
export interface DecodedAnswer extends Pick<Kept, "asked" | "seenBy"> {
  readonly outcome: Outcome;
  readonly row?: JsonValue | undefined;
}

/** Reads a stored answer back. */
export function decodeAnswer({ json }: StoredAnswer): DecodedAnswer {
  // Written by encodeAnswer and by nobody else: the table is the engine's own.
  const stored = parseJson(json, { maxDepth: MAX_DEPTH }) as unknown as StoredSuccess | StoredFailure;
  if (!stored.ok) {
    const error = new ApiError(stored.code, stored.message, stored.options);
    return { outcome: { ok: false, error, replayed: true } };
  }
  const { selected, asked, seenBy, row, ...rest } = stored;
  const outcome = {
    ...rest,
    value: stored.value,
    replayed: true,
    ...(selected === undefined ? {} : { selected: new ReplayedRow(selected) }),
  };
  return { outcome, asked, seenBy, row };
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
