import { UsageError } from "../../base/errors/index.ts";
import {
  type Attempt,
  checkOptions,
  MILLISECONDS,
  notify,
  type RetryAdvice,
  retry,
  retryAdvice,
  type Scheduler,
} from "../../base/resilience/index.ts";
import type { OperationOutline, Outline } from "../../contract/model/index.ts";
import { type AnswerCache, createAnswerCache } from "./answer-cache.ts";
import { type BuiltRequest, buildRequest } from "./build-request.ts";
import { type CallContext, CallError } from "./call-error.ts";
import type { AnyCallOptions } from "./call-options.ts";
import type { ResolvedClientOptions } from "./client-options.ts";
import { newIdempotencyKey } from "./new-key.ts";
import { createPacer, type Pacer } from "./pacer.ts";
import { type AnswerContext, readFailure, readSuccess } from "./read-answer.ts";
import { createSender, type Sender } from "./send.ts";
import { splitFiles, toWire } from "./to-wire.ts";

/** One call, as the client's methods hand it over. */
export interface ClientCall {
  readonly operation: OperationOutline;
  readonly input?: unknown;
  readonly options?: AnyCallOptions | undefined;
  /** Whether values go in and come out in wire form. */
  readonly raw?: boolean;
}

const CHECKS = {
  timeoutMs: MILLISECONDS,
  signal: "any",
  maxAttempts: { least: 1, most: 100, whole: true },
  idempotencyKey: "any",
  ifMatch: "any",
  id: "any",
  query: "any",
  fields: "any",
  expand: "any",
} as const;

/** Milliseconds for a call with all its tries: three of the usual length. */
const DEFAULT_TIMEOUT_MS = 30_000;
/** Milliseconds that an answer may take to arrive after the service's own deadline for the operation. */
const ANSWER_MS = 1000;

/** Makes the calls of one client: what they share is its cache, its pace, its retry budget and the versions of rows. */
export class ClientCaller {
  readonly #outline: Outline;
  readonly #options: ResolvedClientOptions;
  readonly #sender: Sender;
  readonly #cache: AnswerCache;
  readonly #pacer: Pacer;
  /** Entity tag of each row that was handed out, for as long as somebody holds it. */
  readonly #tags = new WeakMap<object, string>();

  constructor(outline: Outline, options: ResolvedClientOptions) {
    this.#outline = outline;
    this.#options = options;
    this.#pacer = createPacer(options.scheduler);
    this.#sender = createSender(outline, options, this.#pacer);
    this.#cache = createAnswerCache({
      maxEntries: options.maxCacheEntries,
      maxCharacters: options.maxCacheCharacters,
    });
  }

  /** The client's time. */
  get scheduler(): Scheduler {
    return this.#options.scheduler;
  }

  /** Makes a call; rejects with CallError, UsageError, or the reason of the caller's signal. */
  async call({ operation, input, options = {}, raw = false }: ClientCall): Promise<unknown> {
    checkOptions(`call of ${operation.id}`, options, CHECKS);
    const node = raw ? undefined : operation.input;
    const { files, rest } = splitFiles(node, input);
    const request = buildRequest(operation, { input: toWire(node, rest), files }, options);
    const ifMatch = this.#ifMatch(operation, options.ifMatch);
    const idempotencyKey = keyOf(operation, options);
    const { timeoutMs, maxAttempts, retryBudget, scheduler, random, observer } = this.#options;
    let context: CallContext = { operation: operation.id, idempotencyKey };
    const tryOnce = async (attempt: Attempt): Promise<unknown> => {
      const requestId = `${trunk}.${attempt.number}`;
      context = { ...context, requestId };
      return this.#attempt({
        request,
        attempt,
        ifMatch,
        at: { outline: this.#outline, operation, context, raw },
      });
    };
    const trunk = newIdempotencyKey();
    const longestTry = operation.deadlineMs + ANSWER_MS;
    try {
      return await retry(tryOnce, {
        name: operation.id,
        repeatable: operation.kind === "query" || idempotencyKey !== undefined,
        timeoutMs: options.timeoutMs ?? timeoutMs ?? Math.max(DEFAULT_TIMEOUT_MS, longestTry),
        attemptTimeoutMs: longestTry,
        maxAttempts: options.maxAttempts ?? maxAttempts,
        signal: options.signal,
        budget: retryBudget,
        advise,
        scheduler,
        random,
        ...(observer === undefined ? {} : { observer }),
      });
    } catch (error) {
      throw this.#toCallError(error, options, context);
    }
  }

  async #attempt({
    request,
    attempt,
    ifMatch,
    at,
  }: {
    readonly request: BuiltRequest;
    readonly attempt: Attempt;
    readonly ifMatch: string | undefined;
    readonly at: AnswerContext;
  }): Promise<unknown> {
    const { operation, context } = at;
    const waitedMs = await this.#pace(operation, attempt);
    const credentials = await this.#sender.credentials();
    const file = operation.output.kind === "file";
    const cacheKey = request.method === "GET" && !file ? `${credentials ?? ""} ${request.path}` : undefined;
    const cached = cacheKey === undefined ? undefined : this.#cache.get(cacheKey);
    const answer = await this.#sender.send({
      request,
      attempt: waitedMs === 0 ? attempt : { ...attempt, remainingMs: (attempt.remainingMs ?? 0) - waitedMs },
      context,
      credentials,
      file,
      conditions: { ifMatch, ifNoneMatch: cached?.etag },
    });
    if (answer.status >= 400) throw readFailure(answer, at, this.#options.now());
    if (answer.status === 304 && cached !== undefined) {
      const value = readSuccess({ ...answer, status: 200, text: cached.text, headers: AS_JSON }, at);
      this.#remember(value, cached.etag);
      return value;
    }
    if (answer.status < 200 || answer.status >= 300) {
      throw new CallError("bad-answer", `Answered with status ${answer.status}.`, { context });
    }
    const value = readSuccess(answer, at);
    const etag = answer.headers.get("etag");
    if (etag !== null && operation.output.kind === "row") this.#remember(value, etag);
    if (cacheKey !== undefined && answer.status === 200) {
      const kept = etag !== null && !/(?:^|[,\s])no-store/i.test(answer.headers.get("cache-control") ?? "");
      if (kept) this.#cache.set(cacheKey, { etag, text: answer.text });
      else this.#cache.delete(cacheKey);
    }
    return value;
  }

  /** Waits while nothing is left of the rate limit, unless that would take longer than the call may. */
  async #pace(operation: OperationOutline, { signal, remainingMs }: Attempt): Promise<number> {
    const { observer } = this.#options;
    for (let waitedMs = 0; ; ) {
      const delayMs = this.#pacer.delayMs();
      if (delayMs <= 0) return waitedMs;
      waitedMs += delayMs;
      if (remainingMs !== undefined && waitedMs >= remainingMs) {
        const text = `Nothing is left of the rate limit for ${Math.ceil(delayMs / 1000)} s; nothing was sent.`;
        throw new CallError("deadline", text, { code: "rate_limited", context: { operation: operation.id } });
      }
      notify(observer, { kind: "paced", operation: operation.id, delayMs });
      await this.#sender.wait(delayMs, signal);
    }
  }

  #remember(value: unknown, etag: string): void {
    if (typeof value === "object" && value !== null) this.#tags.set(value, etag);
  }

  #ifMatch({ id }: OperationOutline, given: object | string | undefined): string | undefined {
    if (given === undefined) return undefined;
    const found = typeof given === "string" ? given : this.#tags.get(given);
    if (found !== undefined && /^(?:\*|(?:W\/)?"[\x21\x23-\x7e]*")$/.test(found)) return found;
    throw new UsageError({
      place: `call of ${id}, ifMatch`,
      expected: "a row that this client got, an entity tag or *",
      found: typeof given === "string" ? JSON.stringify(given) : "another object",
      fix: "get the row first and hand it in as it came; rows of lists have no tag",
    });
  }

  #toCallError(error: unknown, { signal }: AnyCallOptions, context: CallContext): unknown {
    if (error instanceof CallError || error instanceof UsageError) return error;
    if (signal?.aborted && error === signal.reason) return error;
    const isDeadline = error instanceof Error && "code" in error && error.code === "deadline_exceeded";
    if (!isDeadline) return error;
    return new CallError("deadline", error.message, { context, cause: error.cause ?? error });
  }
}

const AS_JSON = { get: (name: string) => (name === "content-type" ? "application/json" : null) };

/** The key that a command is sent under: the caller's, a new one, or none where the operation or the caller wants none. */
function keyOf(
  { id, kind, idempotency }: OperationOutline,
  { idempotencyKey: given }: AnyCallOptions,
): string | undefined {
  if (given === undefined) return idempotency === "none" ? undefined : newIdempotencyKey();
  if (given === null) return undefined;
  const taken = kind === "command" && idempotency !== "none";
  if (taken && typeof given === "string" && /^[\x21\x23-\x2b\x2d-\x7e]{1,255}$/.test(given)) return given;
  throw new UsageError({
    place: `call of ${id}, idempotencyKey`,
    expected: taken ? "1 to 255 visible ASCII characters without quotes and commas" : "none",
    found: taken ? "another text" : "one",
    fix: taken ? "use newIdempotencyKey()" : "remove it: the operation takes none",
  });
}

/** What the table of codes says and, where nothing was answered, what is known of the request's fate. */
function advise(error: unknown): RetryAdvice {
  if (!(error instanceof CallError)) return retryAdvice(error);
  switch (error.reason) {
    case "answer":
      return retryAdvice(error);
    case "connection":
      return retryAdvice(error.cause) === "later" ? "later" : "same-key";
    case "bad-answer":
      return "same-key";
    default:
      return "no";
  }
}
