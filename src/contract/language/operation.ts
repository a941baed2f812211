import type { AnyField, Fields } from "../schema/index.ts";
import type { AccessSpec } from "./access.ts";
import type { ErrorDefinition } from "./error.ts";
import type { HttpOptions } from "./http.ts";
import type { ChannelShape, FreeShape, StreamShape } from "./shape.ts";

/** What can be said of any operation. */
export interface OperationOptions {
  readonly description?: string;
  /** Who may call it. Default: the resource's rule for the action; for free operations: signedIn; channels: who may read the row. */
  readonly access?: readonly AccessSpec[];
  readonly errors?: readonly ErrorDefinition[];
  /** Milliseconds a call may take, unless the caller asks for less. Default 10,000; channels: an hour. */
  readonly deadlineMs?: number;
  /** Largest request body in bytes. Default 1,048,576. */
  readonly maxBodyBytes?: number;
  /** How an unauthorised caller is answered for a row that exists. Default: the resource's `whenDenied`, else forbidden. */
  readonly whenDenied?: "forbidden" | "not-found";
  readonly deprecated?: string;
}

/** What can be said of a command: an operation that changes something. */
export interface CommandOptions extends OperationOptions {
  /** Whether an Idempotency-Key is `required`, `accepted` or refused (`none`). Default accepted. */
  readonly idempotency?: "required" | "accepted" | "none";
  /**
   * Answers 202 with an operation to ask for later, and does the work in the background: as the same caller, with the same
   * input, once. Default: the answer waits for the work.
   */
  readonly longRunning?: true | LongRunningOptions;
  /** Whether If-Match is required: 428 without it. Default false. Only for operations on one row. */
  readonly preconditionRequired?: boolean;
  /** How REST offers it, where that should not follow from its name. */
  readonly http?: HttpOptions;
}

/** How a long-running command is run. */
export interface LongRunningOptions {
  /** Milliseconds one try of the work may take. Default an hour. */
  readonly timeoutMs?: number;
  /** Tries, counting those that a crash ended, before it has failed. Default 10. */
  readonly maxAttempts?: number;
}

/** What can be said of a query: an operation that changes nothing. */
export interface QueryOptions extends OperationOptions {
  /** Cache-Control of a successful answer. Default `private, no-cache` (revalidate by ETag); `no-store` with sensitive fields. */
  readonly cacheControl?: string;
  /** How REST offers it, where that should not follow from its name. */
  readonly http?: HttpOptions;
}

export type OperationKind = "query" | "command" | "stream" | "channel";

/** What an operation does to a resource; absent for free operations. */
export type ResourceMethod =
  | "list"
  | "get"
  | "create"
  | "replace"
  | "patch"
  | "delete"
  | "action"
  | "download";

/**
 * An operation: inert data with phantom types. `Shape` is what its handler receives and returns and what its callers see
 * of it, which nothing works out before it is read; `Key` its place in a client, or never where it has none. Standard operations
 * have none, since a client has them from the resource: `Standard` is the resource's name for them, never for all others.
 */
export interface Operation<
  out Shape = any,
  out Key extends string = string,
  out Standard extends string = string,
> extends OperationData {
  readonly "~shape": Shape;
  readonly "~key": Key;
  readonly "~standard": Standard;
}

/** What an operation is, whatever its types. */
interface OperationData {
  readonly kind: "operation";
  readonly spec: OperationSpec;
}

/** The author's data behind an operation; read by the compiler only. */
export interface OperationSpec {
  readonly kind: OperationKind;
  /** Free operations: their camelCase name. Resource operations: the method, or the action's name. */
  readonly name: string;
  readonly resource?: string;
  readonly method?: ResourceMethod;
  readonly input?: AnyField;
  readonly output?: AnyField;
  /** Downloads: the field with the file. */
  readonly field?: string;
  readonly options: CommandOptions &
    QueryOptions &
    ActionExtras &
    StreamOptions & {
      /** Channel: the name of the resource whose rows are its rooms. */
      readonly key?: string;
    };
}

/** What can be said of an action; {@link Resource.action} types it by the resource's fields. */
export interface ActionExtras {
  /** States in which the action is allowed, by enum field; otherwise 409 `invalid_state` naming them. */
  readonly when?: Readonly<Record<string, readonly string[]>>;
  /** Fields set by the action; with it the action needs no handler. */
  readonly set?: Readonly<Record<string, unknown>>;
}

/** What can be said of an operation whose caller sends many messages. */
export interface MessagesOptions {
  /** Messages that a caller may send in one call; each may have `maxBodyBytes`. Default 10,000. */
  readonly maxMessages?: number;
}

/** What can be said of a stream. */
export interface StreamOptions extends MessagesOptions {
  /** Which side streams. Default server. */
  readonly direction?: "server" | "client";
}

/** What can be said of a query outside resources. */
export interface FreeQueryOptions<I, O> extends QueryOptions {
  readonly input?: I;
  readonly output?: O;
}

/** What can be said of a command outside resources. */
export interface FreeCommandOptions<I, O> extends CommandOptions {
  readonly input?: I;
  readonly output?: O;
}

/** Declares a query outside resources: `GET /<name>` where its input fits a query string, else `POST`. */
export function query<
  const Name extends string,
  I extends AnyField | undefined = undefined,
  O extends AnyField | undefined = undefined,
>(name: Name, options: FreeQueryOptions<I, O> = {}): Operation<FreeShape<I, O>, Name, never> {
  return free("query", name, options);
}

/** Declares a command outside resources: `POST /<name>`. Runs in one transaction. */
export function command<
  const Name extends string,
  I extends AnyField | undefined = undefined,
  O extends AnyField | undefined = undefined,
>(name: Name, options: FreeCommandOptions<I, O> = {}): Operation<FreeShape<I, O>, Name, never> {
  return free("command", name, options);
}

/**
 * Declares a stream: the server sends many outputs for one input, or (`direction: "client"`) takes many inputs and gives
 * one output, in one transaction as a command does.
 */
export function stream<
  I extends AnyField,
  O extends AnyField,
  const Direction extends "server" | "client" = "server",
>(
  name: string,
  options: OperationOptions &
    MessagesOptions & { readonly direction?: Direction; readonly input: I; readonly output: O },
): Operation<StreamShape<I, O, Direction>, never, never> {
  return free("stream", name, options);
}

/** The resource whose rows a channel is about. */
interface ChannelKey {
  readonly name: string;
  readonly fields: Fields;
}

/**
 * Declares a channel: a conversation about one row of `key`, in which both sides send whenever they like. Who may enter is
 * `access`, about that row; default: who may read it.
 */
export function channel<I extends AnyField, O extends AnyField, K extends ChannelKey>(
  name: string,
  options: OperationOptions & MessagesOptions & { readonly key: K; readonly send: I; readonly receive: O },
): Operation<ChannelShape<I, O, K["fields"]>, never, never> {
  const { key, send, receive, ...rest } = { ...options };
  return free("channel", name, { ...rest, key: key?.name, input: send, output: receive });
}

function free(
  kind: OperationKind,
  name: string,
  given: OperationSpec["options"] & {
    readonly input?: AnyField | undefined;
    readonly output?: AnyField | undefined;
  },
): Operation<any, never, never> {
  const { input, output, ...options } = { ...given };
  const spec = { kind, name, options, ...(input ? { input } : {}), ...(output ? { output } : {}) };
  return Object.freeze({ kind: "operation", spec: Object.freeze(spec) }) as Operation<any, never, never>;
}
