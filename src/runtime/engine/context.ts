import type {
  AnyResource,
  EventDefinition,
  ListFilter,
  ListSort,
  Page,
  PayloadOf,
  Row,
} from "../../contract/language/index.ts";
import type { ChangesOf, InsertOf } from "../../contract/schema/index.ts";
import type { Principal } from "./call.ts";
import type { Files } from "./files.ts";
import type { Logger, RowAccess } from "./ports.ts";
import type { Progress } from "./progress.ts";
import type { StepFunction } from "./step-options.ts";

/** What a handler is given: one call of its operation. Reading a member costs only what that member needs. */
export interface HandlerContext<Input = unknown, Target = unknown> extends AnyHandlerContext {
  /** Validated, in program form, defaults filled in. Patch: only what was sent; null removes. */
  readonly input: Input;
  /**
   * The row the call is about, locked (FOR UPDATE) in commands, already authorised and in a state that `when` allows.
   * Undefined for operations without one.
   */
  readonly current: Target;
}

/** What every handler is given, whatever its operation. */
interface AnyHandlerContext {
  /** Id in the path; empty for operations that address no row. */
  readonly id: string;
  /** Who calls. Where nobody is signed in, reading it throws 401: operations open to `anyone` read `caller`. */
  readonly principal: Principal;
  /** Who calls, or undefined where nobody is signed in. */
  readonly caller: Principal | undefined;
  /** The database: in commands one transaction, which commits after the handler returns and rolls back if it throws. */
  readonly db: Db;
  /** Bytes of files, which the input and rows only name. */
  readonly files: Files;
  /** Writes an event in the same transaction, after the handler returns. Commands only. */
  emit<Source>(event: EventDefinition<Source>, payload: PayloadOf<Source>): void;
  /**
   * Calls others, once: the result is recorded when `work` returns, and whenever the command is tried again it is answered
   * from the record. `work` runs outside of the transaction; the handler is then run again from the beginning. Only in
   * commands that declare `idempotency: "required"` or `longRunning`. See docs/guide/durable-steps.md.
   */
  readonly step: StepFunction;
  /**
   * Tells those who ask for the operation how far it has come: a fraction of 1, or counts and a message. Written outside of
   * the transaction, at most twice a second. Long-running commands only.
   */
  progress(progress: number | Progress): void;
  /** The engine's clock, RFC 3339 in UTC. */
  now(): string;
  /** Aborted at the deadline or when the caller has gone; hand it to outgoing calls. */
  readonly signal: AbortSignal;
  /** Logs with the operation and request id. Sensitive values do not belong in it. */
  readonly log: Logger;
  readonly requestId: string;
}

/** Typed access to the resources' tables. Handlers are trusted: only what `access` narrows is checked here. */
export interface Db {
  /** The row; throws `reference_not_found` (422, pointing to the input field that holds the id) where there is none. */
  get<R extends AnyResource>(resource: R, id: string, options?: DbReadOptions): Promise<Row<R>>;
  /** The row with this id, or the first with these values; undefined where there is none. */
  find<R extends AnyResource>(
    resource: R,
    where: string | Partial<Row<R>>,
    options?: DbReadOptions,
  ): Promise<Row<R> | undefined>;
  /**
   * A page of rows. A list handler's `input` may be handed on, alone or with more filters: it carries the caller's
   * row rules and cursor with it.
   */
  list<R extends AnyResource>(resource: R, question?: DbQuestion): Promise<Page<Row<R>>>;
  /** Inserts a row and returns it whole: id, times and defaults are filled in. */
  insert<R extends AnyResource>(resource: R, values: InsertValues<R>): Promise<Row<R>>;
  /** Writes some fields and returns the row; null removes an optional one. Throws `reference_not_found` like get. */
  update<R extends AnyResource>(resource: R, id: string, changes: ChangesOf<R["fields"]>): Promise<Row<R>>;
  /** True if the row was there. */
  delete(resource: AnyResource, id: string): Promise<boolean>;
  /** SQL as a tagged template; values become parameters. int8 comes as bigint, numeric as string, times as RFC 3339. */
  sql<T = Record<string, unknown>>(
    strings: TemplateStringsArray,
    ...values: readonly unknown[]
  ): Promise<readonly T[]>;
}

export interface DbReadOptions {
  /** Locks the row until the transaction ends (FOR UPDATE). Commands only. */
  readonly lock?: boolean;
}

/** Everything is optional: the default is the resource's first page in its default order. */
export interface DbQuestion {
  readonly filter?: readonly ListFilter[];
  /** One field; the id breaks ties. */
  readonly sort?: readonly ListSort[];
  readonly search?: string;
  readonly limit?: number;
  /** From a page of the same question. */
  readonly cursor?: string;
  /** Read towards the beginning, from the cursor or from the list's end. Default: as the cursor was written for. */
  readonly backward?: boolean;
  readonly offset?: number;
  readonly total?: boolean;
  /** Rows to choose from. Default all; a list handler's `input` carries its caller's. */
  readonly access?: RowAccess;
}

/** A row to insert: id and times are made where they are left out. */
export type InsertValues<R extends AnyResource> = InsertOf<R["fields"]>;
