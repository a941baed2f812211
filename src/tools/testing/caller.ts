import { randomUUID } from "node:crypto";
import { ApiError, UsageError } from "../../base/errors/index.ts";
import type { JsonValue } from "../../base/lib/index.ts";
import type { HandlerShape, Operation } from "../../contract/language/index.ts";
import type { OperationModel } from "../../contract/model/index.ts";
import {
  type BatchOptions,
  type Call,
  type Credentials,
  type Engine,
  type ListQuestion,
  type Outcome,
  operationId,
} from "../../runtime/engine/index.ts";
import { decodeAnswer, encodeInput } from "./values.ts";

/** One call as a test writes it. */
export interface TestRequest<Input = unknown> {
  /** Row id, for operations on one row. */
  readonly id?: string;
  readonly input?: Input;
  /** Client streams and channels: what is sent instead of an input, in wire form. */
  readonly messages?: AsyncIterable<unknown>;
  /** For lists: filters, sort, limit, cursor, as strings, as a query string has them. */
  readonly list?: ListQuestion;
  readonly fields?: readonly string[];
  readonly expand?: readonly string[];
  /** Row versions to insist on, as If-Match does. */
  readonly ifMatch?: "*" | readonly number[];
  /** Default: a new one where the operation requires one. `null`: none. */
  readonly idempotencyKey?: string | null;
  readonly timeoutMs?: number;
  /**
   * Milliseconds to wait for the answer of a long-running command, up to the deadline of its contract. Default: calls by the
   * declared operation wait that long.
   */
  readonly waitMs?: number;
  readonly signal?: AbortSignal;
}

/** What handlers receive, as callers may write it: fields with defaults may be left out; the pipeline checks the rest. */
type Given<Input> = Input extends object ? Partial<Input> : Input;

/** Calls a service inside the test's own process, through the whole pipeline but without a protocol. */
export interface Caller {
  /** The same service called by somebody else; undefined: by nobody. */
  as(who: string | undefined): Caller;
  /** The same service called with a token that it checks itself; `scheme` where the contract names several. */
  withToken(token: string, scheme?: string): Caller;
  /** Calls with values in program form and returns the answer in program form; throws ApiError. */
  call<Shape extends HandlerShape>(
    operation: Operation<Shape>,
    request?: TestRequest<Given<Shape["received"]>>,
  ): Promise<Shape["returned"]>;
  /** Calls by id with values in wire form (as JSON carries them) and returns the answer in wire form; throws ApiError. */
  call(operation: string, request?: TestRequest): Promise<JsonValue | undefined>;
  /** Calls in wire form and returns what a protocol would get; never throws for an error of the API. */
  execute(operation: string, request?: TestRequest): Promise<Outcome>;
  /** Calls several operations as one batch; answers as {@link execute} does. Atomic: all or nothing. */
  batch(
    parts: readonly { readonly operation: string; readonly request?: TestRequest }[],
    options: BatchOptions,
  ): Promise<readonly Outcome[]>;
  /** Iterates a server stream or channel, in wire form; the iteration throws ApiError. */
  stream(operation: string, request?: TestRequest): AsyncIterable<JsonValue>;
}

/** Turns a name into the API key to call with; throws for an unknown name. */
export type KeyOf = (who: string) => string;

let calls = 0;

/** Makes the caller of an engine, who is nobody yet. */
export function callerOf(engine: Engine, keyOf: KeyOf): Caller {
  return callerWith(engine, keyOf, undefined);
}

function callerWith(engine: Engine, keyOf: KeyOf, credentials: Credentials | undefined): Caller {
  const execute = async (operation: string, request: TestRequest = {}): Promise<Outcome> =>
    engine.execute(toCall(engine, operation, request, credentials));
  return {
    as: (who) =>
      callerWith(engine, keyOf, who === undefined ? undefined : { kind: "api-key", key: keyOf(who) }),
    withToken: (token, scheme = schemeOf(engine)) =>
      callerWith(engine, keyOf, { kind: "bearer", scheme, token }),
    execute,
    batch: async (parts, options) =>
      engine.batch(
        parts.map(({ operation, request = {} }) => toCall(engine, operation, request, credentials)),
        options,
      ),
    stream: (operation, request = {}) => engine.stream(toCall(engine, operation, request, credentials)),
    // One implementation for both overloads: only the declared operation knows the types of its values.
    call: async (operation: string | Operation, request: TestRequest = {}): Promise<any> => {
      if (typeof operation === "string") return unwrap(await execute(operation, request));
      const id = operationId(operation.spec);
      const model = engine.model.operations[id];
      const input = model && request.input !== undefined ? encodeInput(model, request.input) : request.input;
      const asked = {
        waitMs: Number.POSITIVE_INFINITY,
        ...request,
        ...(input === undefined ? {} : { input }),
      };
      const outcome = await execute(id, asked);
      if (request.waitMs === undefined && outcome.ok && outcome.kind === "accepted") {
        const message = `${id} had not ended within its deadlineMs, and goes on. Declare more, or give waitMs: 0 and ask later.`;
        throw new ApiError("deadline_exceeded", message);
      }
      const value = unwrap(outcome);
      return model === undefined ? value : decodeAnswer(engine.model, model, value);
    },
  };
}

/** The first scheme that the contract names. */
function schemeOf({ model }: Engine): string {
  for (const way of model.authentication) if (way.kind === "bearer") return way.scheme;
  throw new UsageError({
    place: "caller.withToken",
    expected: "a contract that names tokens",
    found: "one that names API keys alone",
    fix: "add authentication: [bearerTokens()] to the api",
  });
}

function unwrap(outcome: Outcome): JsonValue | undefined {
  if (outcome.ok) return outcome.value;
  throw outcome.error;
}

function toCall(
  engine: Engine,
  operation: string,
  request: TestRequest,
  credentials: Credentials | undefined,
): Call {
  const { id, input, messages, list, fields, expand, ifMatch, timeoutMs, waitMs, signal } = request;
  const idempotencyKey = keyFor(engine.model.operations[operation], request);
  return {
    operation,
    ...(id === undefined ? {} : { id }),
    ...(input === undefined ? {} : { input }),
    ...(messages === undefined ? {} : { messages }),
    ...(list === undefined ? {} : { list }),
    ...(fields === undefined ? {} : { fields }),
    ...(expand === undefined ? {} : { expand }),
    ...(ifMatch === undefined ? {} : { precondition: { ifMatch } }),
    ...(idempotencyKey === undefined ? {} : { idempotency: { key: idempotencyKey } }),
    ...(credentials === undefined ? {} : { credentials }),
    meta: {
      protocol: "memory",
      requestId: `test-${++calls}`,
      ...(timeoutMs === undefined ? {} : { timeoutMs }),
    },
    ...(waitMs === undefined ? {} : { waitMs }),
    ...(signal === undefined ? {} : { signal }),
  };
}

function keyFor(operation: OperationModel | undefined, { idempotencyKey }: TestRequest): string | undefined {
  if (idempotencyKey === null) return undefined;
  return idempotencyKey ?? (operation?.idempotency === "required" ? randomUUID() : undefined);
}
