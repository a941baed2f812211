import type { ApiError } from "../../base/errors/index.ts";
import type { ListFilter, ListSort } from "../../contract/language/index.ts";
import type { RowRule } from "../../contract/model/model.ts";
import type { ApiKeyCredentials, Principal } from "./call.ts";
import type { OperationStore } from "./operation-store.ts";

/** What the engine needs from a database. PostgreSQL and PGlite implement it in runtime/store. */
export interface Store {
  /** Absent where no files are kept. */
  readonly files?: FileStore;
  /** Makes the session of one call; cheap, opens nothing. */
  open(scope: SessionScope): Session;
  /** Resolves when the database answers and its schema fits the model; throws ApiError `unavailable` otherwise. */
  ready(): Promise<void>;
  close(): Promise<void>;
  readonly steps: StepStore;
  /** Undefined where the model has no long-running operations. */
  readonly operations?: OperationStore | undefined;
}

/** Results of durable steps: written outside of their command's transaction, so that they outlive it. */
export interface StepStore {
  /**
   * Keeps duplicates of a claim out while its command has no transaction, in all processes; a process that dies keeps
   * out nobody. `leave` ends the transaction that holds the claim now. Undefined where somebody else got the claim.
   */
  lock(claim: IdempotencyClaim, leave: () => Promise<void>): Promise<StepLock | undefined>;
  /** Records a result, as JSON text, by a commit of its own; returns what was recorded first. */
  record(claim: IdempotencyClaim, name: string, result: string | undefined): Promise<StepRecord>;
}

/** The hold on a claim while its command calls others. */
export interface StepLock {
  /** False once the connection that held it was lost: other processes are no longer kept out. */
  readonly held: boolean;
  /** Never throws. */
  release(): Promise<void>;
}

export interface StepRecord {
  readonly name: string;
  /** Of the command that the step was done for. */
  readonly fingerprint: string;
  /** JSON text; undefined where the step returned nothing. */
  readonly result: string | undefined;
}

/**
 * Where the bytes of files lie. Bytes count from the moment that a row with their id is committed; those that no row
 * names are swept after a day. Bytes under an id never change.
 */
export interface FileStore {
  /** Keeps bytes under a new id, as they come. When the source throws, nothing is left and its error goes on. */
  write(id: string, source: AsyncIterable<Uint8Array>): Promise<void>;
  /** Opens bytes to read; undefined where there are none of this id. */
  open(id: string): Promise<StoredFile | undefined>;
  /** Deletes bytes that no row names; an unknown id is passed over. */
  delete(id: string): Promise<void>;
}

export interface StoredFile {
  /** Bytes from `start` up to and without `end`, in pieces, as fast as they are taken. */
  read(start: number, end: number): AsyncIterable<Uint8Array>;
  close(): Promise<void>;
}

export interface SessionScope {
  /** For work outside calls: aborting it does what {@link Session.interrupt} does. */
  readonly signal?: AbortSignal;
  /** Milliseconds since the epoch. */
  readonly deadline: number;
}

/**
 * Database access of one call. Outside begin/commit every method is a statement of its own. Connection loss is
 * thrown as ApiError `unavailable`, an aborted signal as `deadline_exceeded` or `cancelled`, unique and foreign-key
 * violations as `already_exists` and `reference_not_found` with a pointer to the field. Reads of several rows may
 * answer at once where the rows are at hand; a call that waits for nothing is answered without a turn of the event loop.
 */
export interface Session {
  /** Starts the transaction; later calls of this session run in it. `lazy`: with the first of them, if there is one. */
  begin(options?: { readonly lazy?: boolean }): Promise<void>;
  /** Commits. When the connection is lost here, the fate is unknown: ApiError `unavailable` says so. */
  commit(): Promise<void>;
  /** Rolls back if a transaction is open; never throws. */
  rollback(): Promise<void>;
  readonly inTransaction: boolean;
  /**
   * Ends the session before its work is done, at the deadline or when the caller has gone: whatever waits is refused
   * with `reason` at once, the statement that runs is cancelled and the transaction rolled back behind it. A commit
   * under way is left alone.
   */
  interrupt(reason: ApiError): void;

  /** One row and whether `access` allows it; undefined if there is none. With `lock`: FOR UPDATE. */
  get(resource: string, id: string, options: GetOptions): Promise<StoredRow | undefined>;
  /** Rows by their ids, each once, in no order; those that are not there or outside `access` are left out. */
  getMany(
    resource: string,
    ids: readonly string[],
    options: GetManyOptions,
  ): Promise<readonly StoredRow[]> | readonly StoredRow[];
  /** One page; rows outside `access` are not seen. */
  list(resource: string, question: ListPlan): Promise<StoredPage> | StoredPage;
  /** For each parent the first page of the rows whose ref names it, in the order of the parents; one statement for all. */
  listMany(
    resource: string,
    question: ListManyPlan,
    parents: readonly string[],
  ): Promise<readonly StoredPage[]> | readonly StoredPage[];
  /** Inserts a whole row (program form; id and times already set) and returns it as stored. */
  insert(resource: string, values: Readonly<Record<string, unknown>>): Promise<StoredRow>;
  /**
   * Writes the named fields (null clears), raises the row version, sets updatedAt; undefined if the row is gone or its
   * version is not `version`.
   */
  update(
    resource: string,
    id: string,
    changes: Readonly<Record<string, unknown>>,
    options?: { readonly version?: number },
  ): Promise<StoredRow | undefined>;
  /** True if a row was deleted. A row that others refer to: ApiError `conflict`. */
  delete(resource: string, id: string, options?: { readonly version?: number }): Promise<boolean>;
  /** Runs SQL written by a handler. Values: int8 bigint, numeric string, timestamptz RFC 3339, bytea Uint8Array. */
  sql(text: string, parameters: readonly unknown[]): Promise<readonly Record<string, unknown>[]>;

  /**
   * Tries the advisory transaction lock of (scope, key) and looks for a stored answer, in one round trip. Call it
   * first in the transaction. `own` is the call's lock of {@link StepStore}, which keeps out everyone but itself.
   */
  claim(claim: IdempotencyClaim, own?: StepLock): Promise<ClaimResult>;
  /** Puts the work of an operation into the queue, in this transaction. */
  enqueueOperation(id: string, request: string): Promise<void>;
  /** Takes an operation's work out of the queue, in this transaction; false where the holder has lost it. */
  finishOperation(id: string, holder: string): Promise<boolean>;
  /** The durable steps that were recorded for a claim. */
  findSteps(claim: IdempotencyClaim): Promise<readonly StepRecord[]>;
  /** Stores the answer of a claim; commits with everything else. */
  storeAnswer(claim: IdempotencyClaim, answer: StoredAnswer): Promise<void>;
  /** Undoes everything since {@link begin} but keeps the transaction (and the claim's lock) open: for declared 4xx. */
  undo(): Promise<void>;
  /** Writes an event to the outbox, in this transaction. */
  appendEvent(event: OutboxEvent): Promise<void>;
}

export interface GetOptions {
  /** Fields to read. Absent: all. */
  readonly fields?: readonly string[];
  /** Refs to follow. */
  readonly expand?: readonly Expansion[];
  readonly access: RowAccess;
  readonly lock?: boolean;
}

export type GetManyOptions = Omit<GetOptions, "lock">;

/** A ref to follow: the related row's fields, seen only where `access` allows. */
export interface Expansion {
  readonly field: string;
  readonly resource: string;
  readonly fields?: readonly string[];
  readonly access: RowAccess;
}

/** Rows a caller may touch: all, or those that any rule selects for the principal. No rules: none. */
export type RowAccess = "all" | { readonly principal: string; readonly any: readonly RowRule[] };

export interface StoredRow {
  readonly id: string;
  /** Program form, by field name; an absent optional field has no key. Always has `id`. May be made when first read. */
  readonly values: Readonly<Record<string, unknown>>;
  /** Raised by one at each update; starts at 1. */
  readonly version: number;
  readonly updatedAt: string;
  /** Whether `access` allows the row; true where it was not asked. */
  readonly allowed: boolean;
  /** Expanded refs by field: the related row, or null where the caller may not see it. */
  readonly expanded?: Readonly<Record<string, StoredRow | null>> | undefined;
  /**
   * Writes the named fields, which must have been read, as the text of a JSON object: the very bytes that encoding and
   * stringifying `values` would give, refs unfollowed. Only rows that come from a database as texts have it.
   */
  json?(fields: readonly string[]): string;
  /** The field at this place among those read, as JSON text; undefined where {@link json} would leave it out. */
  jsonAt?(fields: readonly string[], place: number): string | undefined;
  /** The first `count` of the fields as {@link json} writes them, without braces; undefined where one is left out. */
  membersOf?(fields: readonly string[], count: number): string | undefined;
  /** The field at a place in program form, without decoding the others. */
  valueAt?(fields: readonly string[], place: number): unknown;
}

export interface ListPlan {
  readonly filter: readonly ListFilter[];
  readonly sort: ListSort;
  readonly search?: string;
  readonly limit: number;
  /** Continue after (or, backwards, before) the row with this sort value and id. */
  readonly from?: { readonly value: unknown; readonly id: string; readonly backward: boolean };
  readonly offset?: number;
  readonly total?: "estimated" | "exact";
  readonly fields?: readonly string[];
  readonly expand?: readonly Expansion[];
  readonly access: RowAccess;
}

/** A list of each of several parents. */
export interface ListManyPlan extends Omit<ListPlan, "from"> {
  /** The field that names the parent. */
  readonly ref: string;
}

export interface StoredPage {
  /** In the asked order, at most `limit`. */
  readonly rows: readonly StoredRow[];
  /** Sort value (program form, or null) of the row at `index`, for cursors. */
  sortValue(index: number): unknown;
  /** Whether rows follow beyond `limit` in the direction read. */
  readonly more: boolean;
  readonly total?: number;
}

export interface IdempotencyClaim {
  /** Principal and operation. */
  readonly scope: string;
  readonly key: string;
  /** Digest of what was asked; another digest under the same key is a reuse. */
  readonly fingerprint: string;
}

export type ClaimResult =
  | { readonly kind: "fresh" }
  | { readonly kind: "busy" }
  | { readonly kind: "replay"; readonly fingerprint: string; readonly answer: StoredAnswer };

/** An answer as JSON text, so that a replay is the same to the byte. */
export interface StoredAnswer {
  readonly json: string;
}

export interface OutboxEvent {
  readonly name: string;
  /** Row id the event is about: order is kept per key. */
  readonly key: string;
  /** Payload in wire form. */
  readonly payload: unknown;
}

/** Turns an API key into a principal; undefined for one that nobody has. */
export interface Authenticator {
  authenticate(credentials: ApiKeyCredentials): Promise<Principal | undefined> | Principal | undefined;
}

/** Structured log; sensitive fields never come here. */
export interface Logger {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** Time, so that tests can hold it still. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
}

/** Where API keys live: their SHA-256, never the key. */
export interface ApiKeyStore {
  insert(record: ApiKeyRecord): Promise<void>;
  /** By hex SHA-256 of the whole key; revoked and expired ones are returned too, with their dates. */
  findByHash(hash: string): Promise<ApiKeyRecord | undefined>;
  list(): Promise<readonly ApiKeyRecord[]>;
  revoke(id: string): Promise<boolean>;
  /** Sets when a key ends, for rotation with an overlap; true if it exists. */
  expire(id: string, at: string): Promise<boolean>;
  /** Notes that keys were used; called now and then with many at once, off the request path. */
  touch(ids: readonly string[], at: string): Promise<void>;
}

export interface ApiKeyRecord {
  readonly id: string;
  /** Human name, unique: `admin`, `drChen`. */
  readonly name: string;
  /** Hex SHA-256 of the key. */
  readonly hash: string;
  /** First characters of the key, to recognise it by: `ck_live_Ab3d`. */
  readonly hint: string;
  readonly principal: string;
  readonly roles: readonly string[];
  readonly live: boolean;
  readonly createdAt: string;
  readonly expiresAt?: string;
  readonly revokedAt?: string;
  readonly lastUsedAt?: string;
}
