import { type FieldNode, getLocation } from "graphql";
import { ApiError } from "../../../base/errors/index.ts";
import { stringifyJson } from "../../../base/lib/index.ts";
import { toGraphqlError } from "../../../wire/graphql/index.ts";

/** Errors of one field of an answer's root: more would make an answer that nobody reads larger than its data. */
const MOST_ERRORS = 1000;

/**
 * One field of the root on its way to its text: where the writer is, and what it has found wrong. A writer that writes
 * what lies inside a field or a list pushes its key, and takes it off again.
 */
export class FieldRun {
  readonly path: (string | number)[] = [];
  readonly requestId: string;
  readonly #errors: string[] = [];
  retryAfterSeconds = 0;
  /** Refused for want of credentials. */
  isUnauthenticated = false;
  /** Rows that the engine read for it. */
  rowsRead = 0;
  /** Of the row that the field answers with, where it is one. */
  version: number | undefined = undefined;
  #untold = 0;

  constructor(requestId: string) {
    this.requestId = requestId;
  }

  /** Texts of the errors, in the order in which they were found. */
  get errors(): readonly string[] {
    if (this.#untold === 0) return this.#errors;
    const message = `${this.#untold} more errors are left out.`;
    return [...this.#errors, JSON.stringify({ message, extensions: { code: "too_complex" } })];
  }

  /** Notes an error of the field at `path`, which is null in the answer. */
  report({ error, path, nodes, replayed, pointerOf }: FieldFailure): void {
    if (error.code === "unauthenticated" && path.length === 1) this.isUnauthenticated = true;
    this.retryAfterSeconds = Math.max(this.retryAfterSeconds, error.retryAfterSeconds ?? 0);
    if (this.#errors.length === MOST_ERRORS) {
      this.#untold++;
      return;
    }
    const written = toGraphqlError(error, this.requestId, {
      locations: locationsOf(nodes),
      path,
      pointerOf,
    });
    if (replayed !== true) {
      this.#errors.push(stringifyJson(written));
      return;
    }
    const extensions = written.extensions;
    const known = typeof extensions === "object" && extensions !== null ? extensions : {};
    this.#errors.push(stringifyJson({ ...written, extensions: { ...known, replayed: true } }));
  }
}

/** An error of one field. */
export interface FieldFailure {
  readonly error: ApiError;
  readonly path: readonly (string | number)[];
  readonly nodes: readonly FieldNode[];
  /** The refusal of an earlier call with the same idempotency key. */
  readonly replayed?: boolean;
  /** Names the arguments that violations are about. Default: as they are. */
  readonly pointerOf?: (pointer: string) => string;
}

/** Thrown where a non-null field has no value: its parent, or the next one above that may be, is null (section 6.4.4). */
export class NullField extends Error {
  readonly failure: FieldFailure;

  constructor(failure: FieldFailure) {
    super(failure.error.message);
    this.failure = failure;
  }
}

/** What a writer does with an error at the place where it is. */
export function failField(run: FieldRun, nullable: boolean, failure: FieldFailure): "null" {
  if (!nullable) throw new NullField(failure);
  run.report(failure);
  return "null";
}

/** Writes what may be null: null where something non-null inside of it has no value. */
export function orNull(run: FieldRun, write: () => string): string {
  const depth = run.path.length;
  try {
    return write();
  } catch (thrown) {
    if (!(thrown instanceof NullField)) throw thrown;
    run.path.length = depth;
    run.report(thrown.failure);
    return "null";
  }
}

/** For a field that the contract says is always there and is not. */
export function missingValue(type: string, field: string): ApiError {
  return new ApiError("internal", `Cannot return null for non-nullable field ${type}.${field}.`);
}

/** For a field that this caller may not see. */
export function deniedField(): ApiError {
  return new ApiError("forbidden", "Your roles do not show this field.");
}

/** Where a field stands in its document. */
export function locationsOf(nodes: readonly FieldNode[]) {
  return nodes.flatMap(({ loc }) => (loc === undefined ? [] : [getLocation(loc.source, loc.start)]));
}
