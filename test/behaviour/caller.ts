import type { Violation } from "../../src/base/errors/index.ts";
import type { JsonValue } from "../../src/base/lib/json.ts";
import type { ListQuestion } from "../../src/runtime/engine/select.ts";

/** Who calls: an API key and the principal behind it. */
export interface Actor {
  readonly id: string;
  readonly key: string;
}

/** One call as a scenario writes it; each caller puts it into its protocol's form. */
export interface Question {
  /** Row id. */
  readonly id?: string;
  /** Body, as a JSON value. */
  readonly input?: unknown;
  /** Body as JSON text, sent as it is; for what a JSON value cannot say. */
  readonly text?: string;
  /** Files of the input, by field. */
  readonly files?: Readonly<Record<string, TestFile>>;
  readonly list?: ListQuestion;
  readonly fields?: readonly string[];
  readonly expand?: readonly string[];
  readonly idempotencyKey?: string;
  /** A `version` of an earlier answer, or `*`. */
  readonly ifMatch?: string;
  readonly as?: Pick<Actor, "key"> | undefined;
  /** Seconds the caller would wait for the answer of a long-running command. */
  readonly waitSeconds?: number;
  /** Milliseconds the caller gives the call. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

/** One call of a batch. */
export interface Part {
  readonly operation: string;
  readonly question?: Omit<Question, "as" | "signal" | "text">;
}

/** What a batch says for all of its parts. */
export interface BatchQuestion extends Pick<Question, "as" | "timeoutMs"> {
  readonly atomic: boolean;
}

/** A file to send. */
export interface TestFile {
  readonly name: string;
  readonly mediaType: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** What came back, in the same form from every protocol. */
export interface Answer {
  readonly ok: boolean;
  readonly kind: "ok" | "created" | "accepted" | "none" | "failed";
  /** JSON value; undefined for none and for failures. */
  readonly value: JsonValue | undefined;
  /** Bytes of a download. */
  readonly bytes?: Uint8Array;
  /** Error code; `""` for a success. */
  readonly code: string;
  /** HTTP status that the code table gives it. */
  readonly status: number;
  readonly message: string;
  readonly violations: readonly Violation[];
  readonly data: Readonly<Record<string, unknown>> | undefined;
  readonly retryAfterSeconds: number | undefined;
  /** Whether a retry can help, where the protocol says so with the error. */
  readonly retry?: string | undefined;
  readonly replayed: boolean;
  /** Opaque: give it back as `ifMatch`. */
  readonly version: string | undefined;
  /** Empty where the protocol says none for a success. */
  readonly requestId: string;
}

/** A way to call operations: a row of the table. */
export interface Caller {
  readonly name: string;
  call(operation: string, question?: Question): Promise<Answer>;
  /** Several calls as one, by the same actor. */
  batch(parts: readonly Part[], options: BatchQuestion): Promise<readonly Answer[]>;
  close(): Promise<void>;
}
