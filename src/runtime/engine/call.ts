import type { JsonValue } from "../../base/lib/json.ts";
import type { ListQuestion, RowSelection, SelectedPage, SelectedRow } from "./select.ts";

/** Who calls. Made from credentials by the authenticator; handlers and rules read it, nobody changes it. */
export interface Principal {
  /** Equals the id of the row it acts for where there is one: `pat_…`. */
  readonly id: string;
  readonly roles: readonly string[];
  /** Id of the key or token that named it; for the log. */
  readonly credentialId: string;
  /** False for test keys. */
  readonly live: boolean;
}

/** What a protocol found that may say who calls; never logged. */
export type Credentials = ApiKeyCredentials | BearerCredentials;

/** A key that Concordat has issued. */
export interface ApiKeyCredentials {
  readonly kind: "api-key";
  readonly key: string;
}

/** A token that the service itself has issued and checks. */
export interface BearerCredentials {
  readonly kind: "bearer";
  /** As the contract spells it. */
  readonly scheme: string;
  readonly token: string;
}

/** One call of one operation, as a protocol hands it to the engine: values in wire form, no bytes, no rules yet. */
export interface Call {
  /** Id in the model. */
  readonly operation: string;
  /** Row id, for operations on one row. */
  readonly id?: string | undefined;
  /** Instead of `id`, for `get` with `select`: ids of rows to read at once, at most 1,000. The answer is in `selectedRows`. */
  readonly ids?: readonly string[] | undefined;
  /** Body in wire form, not yet validated; `undefined` where nothing came. */
  readonly input?: unknown;
  /** Client streams and channels: what the caller sends instead of an input, each in wire form, taken as the handler asks for it. */
  readonly messages?: AsyncIterable<unknown> | undefined;
  /** For lists: the question, in wire form, not yet checked against the allowlists. */
  readonly list?: ListQuestion | undefined;
  /** Field paths to send (`id`, `provider.name`) and refs to expand; absent: all fields, no expansion. */
  readonly fields?: readonly string[] | undefined;
  readonly expand?: readonly string[] | undefined;
  /**
   * Instead of `fields` and `expand`, where the output is a row or a page: what the answer's row, or each row of its page,
   * is to have. The answer is then in `selected` or `selectedPage`.
   */
  readonly select?: RowSelection | undefined;
  readonly precondition?: Precondition | undefined;
  readonly idempotency?: Idempotency | undefined;
  readonly credentials?: Credentials | undefined;
  readonly meta: CallMeta;
  /**
   * Milliseconds the caller would rather wait for the answer of a long-running command than be given the operation; no longer
   * than any other call may take, the contract's deadline.
   */
  readonly waitMs?: number | undefined;
  /**
   * The answer of a long-running command is always its operation; `waitMs` is then how long the answer waits for it to end.
   * Default: what has ended in that time is answered with its result.
   */
  readonly answersOperation?: boolean;
  /** Aborted when the caller has gone away. A protocol may make it when it is first asked for. */
  readonly signal?: AbortSignal | undefined;
  /** Whether the caller has gone away: asked instead of the signal where nothing waits. */
  readonly gone?: boolean;
  /**
   * Names who is told, once, when the caller goes away; undefined: nobody any more. Where it is there it is used instead of
   * the signal, which costs ten times as much.
   */
  watchGone?(listener: (() => void) | undefined): void;
}

/** What makes repeats of a command known as such. */
export interface Idempotency {
  readonly key: string;
  /**
   * What was asked, as text that is the same where the same is asked. Given where the input does not say it: it is worked
   * out from the row, or the key stands for more than this call.
   */
  readonly request?: string | undefined;
}

/** Row versions a caller insists on, from If-Match and If-None-Match (RFC 9110 section 13.1). */
export interface Precondition {
  /** The row must exist and have one of these versions (`*`: any). */
  readonly ifMatch?: readonly number[] | "*";
  /** `*`: the row must not exist. */
  readonly ifNoneMatch?: "*";
}

export interface CallMeta {
  readonly protocol: string;
  readonly requestId: string;
  /** W3C trace context as received. */
  readonly traceparent?: string | undefined;
  /** Milliseconds the caller gives the call; the contract's deadline caps it. */
  readonly timeoutMs?: number | undefined;
  /** Address of the caller after trusted proxies. */
  readonly remoteAddress?: string | undefined;
}

/** What the engine answers: a value in wire form and facts a protocol may need. Never thrown for a known error. */
export type Outcome = Success | Failure;

export interface Success {
  readonly ok: true;
  /**
   * Row, page (`{ data, page }`), value, or undefined for none; in wire form, projected to what the caller may see.
   * Where `json` is given, the value is read from it when first asked for: send `json` where plain JSON is sent.
   */
  readonly value: JsonValue | undefined;
  /** The value as JSON text, where it was made as text: the very bytes that stringifyJson(value) would give. */
  readonly json?: string | undefined;
  /**
   * `created` for a row made by this call (or by the one it replays); `accepted` where the value is the operation that does
   * the work.
   */
  readonly kind: "ok" | "created" | "none" | "accepted";
  /** Id of the row the answer is about. */
  readonly id?: string | undefined;
  /** Version of that row, for the ETag. */
  readonly version?: number | undefined;
  /** Time of its last change, RFC 3339. */
  readonly updatedAt?: string | undefined;
  /** Answered from the stored result of an earlier call with the same idempotency key. */
  readonly replayed: boolean;
  /** Actions the row's state and the caller's rights allow now: HAL links. */
  readonly actions?: readonly string[] | undefined;
  /** Fields left out since the caller may not see them; part of the representation's identity. */
  readonly hidden?: readonly string[] | undefined;
  /** Of a page: its cursors and total, which are in the value too. */
  readonly page?: PageInfo | undefined;
  /** What `select` asked for, instead of a value. */
  readonly selected?: SelectedRow | undefined;
  readonly selectedPage?: SelectedPage | undefined;
  /** By `ids`, in their order; null where there is no such row or the caller may not read it. */
  readonly selectedRows?: readonly (SelectedRow | null)[] | undefined;
  /** Rows that were read for it, those of refs and relations included. */
  readonly rowsRead?: number | undefined;
}

/** Where a page lies in its list. */
export interface PageInfo {
  readonly nextCursor: string | null;
  readonly prevCursor: string | null;
  readonly hasMore: boolean;
  readonly total?: number;
}

export interface Failure {
  readonly ok: false;
  readonly error: import("../../base/errors/index.ts").ApiError;
  readonly replayed: boolean;
}
