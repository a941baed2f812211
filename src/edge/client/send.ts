import { type Attempt, notify, wait } from "../../base/resilience/index.ts";
import type { Outline } from "../../contract/model/index.ts";
import { parseDeprecation } from "../../wire/rest/deprecation.ts";
import { parseRateLimit } from "../../wire/rest/rate-limit.ts";
import type { BuiltRequest } from "./build-request.ts";
import { type CallContext, CallError } from "./call-error.ts";
import { checkKey, type ResolvedClientOptions } from "./client-options.ts";
import type { FetchAnswer } from "./fetch.ts";
import type { Pacer } from "./pacer.ts";
import type { ReadAnswer } from "./read-answer.ts";
import { BodyError, decodeBody, readBody } from "./read-body.ts";

/** One try on its way. */
export interface Sending {
  readonly request: BuiltRequest;
  readonly attempt: Attempt;
  readonly context: CallContext;
  readonly credentials: string | undefined;
  /** Whether a success is a file. */
  readonly file: boolean;
  readonly conditions: { readonly ifMatch: string | undefined; readonly ifNoneMatch: string | undefined };
}

/** Sends requests and reads what comes back, whatever its status. */
export interface Sender {
  /** The key to call with; asked for before each try. */
  credentials(): Promise<string | undefined>;
  /** Throws CallError for everything but an answer. */
  send(sending: Sending): Promise<ReadAnswer>;
  wait(delayMs: number, signal: AbortSignal): Promise<void>;
}

/** Milliseconds that an answer is given to travel, at most; of short deadlines a tenth. */
const MAX_TRAVEL_MS = 1000;
/** The longest deadline that the header takes. */
const MAX_TIMEOUT_MS = 86_400_000;

export function createSender(outline: Outline, options: ResolvedClientOptions, pacer: Pacer): Sender {
  const { scheduler, observer } = options;
  const warned = new Set<string>();
  const credentials = async () =>
    options.apiKey === undefined ? undefined : checkKey(await options.apiKey());

  const sendOnce = async (sending: Sending): Promise<ReadAnswer> => {
    const { request, attempt, context } = sending;
    const { operation, requestId = "", idempotencyKey } = context;
    const url = `${options.url}${outline.base}${request.path}`;
    const tried = { operation, attempt: attempt.number, requestId };
    notify(observer, { kind: "request", ...tried, method: request.method, url, idempotencyKey });
    const startedAt = scheduler.now();
    const answer = await fetchAnswer(url, sending);
    checkRedirect(answer, context);
    const { status, headers } = answer;
    const { text, bytes } = await readContent(answer, sending);
    const durationMs = scheduler.now() - startedAt;
    const replayed = headers.get("idempotent-replayed") === "true";
    notify(observer, { kind: "answer", ...tried, status, durationMs, replayed });
    const limit = parseRateLimit((name) => headers.get(name));
    if (limit !== undefined) pacer.learn(limit);
    const deprecation = parseDeprecation((name) => headers.get(name));
    if (deprecation !== undefined && !warned.has(operation)) {
      warned.add(operation);
      notify(observer, { kind: "deprecated", operation, ...deprecation });
    }
    return { status, headers, text, bytes };
  };

  const fetchAnswer = async (url: string, sending: Sending): Promise<FetchAnswer> => {
    const { request, attempt, context } = sending;
    try {
      return await options.fetch(url, {
        method: request.method,
        headers: headersOf(sending, outline, options),
        body: request.body,
        signal: attempt.signal,
        redirect: "manual",
        credentials: "omit",
        cache: "no-store",
      });
    } catch (error) {
      if (attempt.signal.aborted) throw attempt.signal.reason;
      throw new CallError("connection", "The service could not be reached, or the connection broke.", {
        context,
        cause: error,
      });
    }
  };

  const readContent = async (answer: FetchAnswer, { attempt, context, file }: Sending) => {
    try {
      const bytes = await readBody(answer, options.maxResponseBytes, attempt.signal);
      const isFile = file && answer.status < 300;
      return { bytes, text: isFile ? "" : decodeBody(bytes) };
    } catch (error) {
      if (!(error instanceof BodyError)) throw error;
      throw new CallError(error.reason, error.message, { context, cause: error.cause ?? error });
    }
  };

  return {
    credentials,
    wait: (delayMs, signal) => wait(delayMs, { scheduler, signal }),
    async send(sending) {
      const answer = await sendOnce(sending);
      if (answer.status !== 401 || !options.rotates) return answer;
      // The key may have been replaced since it was handed out; a refused one was used for nothing.
      const fresh = await credentials();
      return fresh === sending.credentials ? answer : sendOnce({ ...sending, credentials: fresh });
    },
  };
}

function headersOf(
  { request, attempt, context, credentials, conditions, file }: Sending,
  outline: Outline,
  options: ResolvedClientOptions,
): Record<string, string> {
  const timeoutMs = timeoutFor(attempt);
  const traceparent = options.traceparent();
  const all: Readonly<Record<string, string | undefined>> = {
    ...options.headers,
    Accept: file ? "*/*" : "application/json",
    // A form says itself what separates its parts.
    "Content-Type": typeof request.body === "string" ? "application/json" : undefined,
    Authorization: credentials === undefined ? undefined : `${outline.scheme} ${credentials}`,
    "Idempotency-Key": context.idempotencyKey,
    "If-Match": conditions.ifMatch,
    "If-None-Match": conditions.ifNoneMatch,
    "X-Request-Id": context.requestId,
    "X-Request-Timeout-Ms": timeoutMs?.toString(),
    traceparent,
  };
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(all)) if (value !== undefined) headers[name] = value;
  return headers;
}

/** What the service is given of the time that is left: the rest is for its answer, which says more than a call given up. */
function timeoutFor({ remainingMs }: Attempt): number | undefined {
  if (remainingMs === undefined) return undefined;
  const given = Math.floor(remainingMs - Math.min(remainingMs / 10, MAX_TRAVEL_MS));
  return Math.min(Math.max(given, 1), MAX_TIMEOUT_MS);
}

/** The key belongs to the address that was given: where that points elsewhere, the caller decides. */
function checkRedirect({ status, type, headers, body }: FetchAnswer, context: CallContext): void {
  if (type !== "opaqueredirect" && !(status >= 300 && status < 400 && status !== 304)) return;
  body
    ?.getReader()
    .cancel()
    .catch(() => undefined);
  const location = headers.get("location");
  const to = location === null ? "another address" : location;
  throw new CallError("redirect", `The service points to ${to}; redirects are not followed.`, { context });
}
