import { type Mistake, UsageError } from "../../base/errors/index.ts";
import {
  checkOptions,
  createRetryBudget,
  MILLISECONDS,
  type OptionCheck,
  type RetryBudget,
  type Scheduler,
  systemScheduler,
} from "../../base/resilience/index.ts";
import type { ClientEvent } from "./client-event.ts";
import type { Fetch } from "./fetch.ts";

/** How a client reaches its service. */
export interface ClientOptions {
  /** Where the service is, without the version's path: `https://api.example.com`. */
  readonly url: string;
  /** API key or token, or what gives one: it is asked for each try, and again after a 401. Default: nobody calls. */
  readonly apiKey?: string | (() => string | Promise<string>);
  /** Default: the global one. */
  readonly fetch?: Fetch;
  /** Milliseconds for a call with all its tries. Default 30,000, or longer where the contract gives the operation more. */
  readonly timeoutMs?: number;
  /** Tries of a call. Default 3. */
  readonly maxAttempts?: number;
  /** Shared by all calls of the client, and by other clients of the same service if you like. Default: one of its own. */
  readonly retryBudget?: RetryBudget;
  /** Bytes of an answer; a larger one ends the call. Default 16 MiB. */
  readonly maxResponseBytes?: number;
  /** Answers kept to be asked about by their entity tags. Default 100; 0 keeps none. */
  readonly maxCacheEntries?: number;
  /** Characters of all answers that are kept. Default 4 Mi. */
  readonly maxCacheCharacters?: number;
  /** Headers of every request. */
  readonly headers?: Readonly<Record<string, string>>;
  /** The trace that a call belongs to, as W3C traceparent. Default: none. */
  readonly traceparent?: () => string | undefined;
  /** Told of every try, retry, pause and warning. What it throws is dropped. */
  readonly observer?: (event: ClientEvent) => void;
  readonly scheduler?: Scheduler;
  readonly random?: () => number;
  /** The time by which dates in headers are read. Default `Date.now`. */
  readonly now?: () => number;
}

/** {@link ClientOptions} with every default filled in. */
export interface ResolvedClientOptions {
  /** Without a slash at the end. */
  readonly url: string;
  readonly apiKey: (() => string | Promise<string>) | undefined;
  /** Whether the key may be another one the next time. */
  readonly rotates: boolean;
  readonly fetch: Fetch;
  readonly timeoutMs: number | undefined;
  readonly maxAttempts: number;
  readonly retryBudget: RetryBudget;
  readonly maxResponseBytes: number;
  readonly maxCacheEntries: number;
  readonly maxCacheCharacters: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly traceparent: () => string | undefined;
  readonly observer: ((event: ClientEvent) => void) | undefined;
  readonly scheduler: Scheduler;
  readonly random: () => number;
  readonly now: () => number;
}

const SIZE: OptionCheck = { least: 0, most: 2 ** 31 - 1, whole: true };

const CHECKS: Readonly<Record<keyof ClientOptions, OptionCheck>> = {
  url: "any",
  apiKey: "any",
  fetch: "any",
  timeoutMs: MILLISECONDS,
  maxAttempts: { least: 1, most: 100, whole: true },
  retryBudget: "any",
  maxResponseBytes: SIZE,
  maxCacheEntries: SIZE,
  maxCacheCharacters: SIZE,
  headers: "any",
  traceparent: "any",
  observer: "any",
  scheduler: "any",
  random: "any",
  now: "any",
};

/** Fills the defaults in; throws UsageError for options that do not exist and values that cannot be. */
export function resolveClientOptions(options: ClientOptions, base: string): ResolvedClientOptions {
  checkOptions("client", options, CHECKS);
  const { apiKey } = options;
  if (typeof apiKey === "string") checkKey(apiKey);
  for (const name of Object.keys(options.headers ?? {})) checkHeader(name);
  return {
    url: checkUrl(options.url, base),
    apiKey: typeof apiKey === "string" ? () => apiKey : apiKey,
    rotates: typeof apiKey === "function",
    // Called as a method of something else, the browser's own refuses.
    fetch: options.fetch ?? ((url, request) => fetch(url, request)),
    timeoutMs: options.timeoutMs,
    maxAttempts: options.maxAttempts ?? 3,
    retryBudget: options.retryBudget ?? createRetryBudget(),
    maxResponseBytes: options.maxResponseBytes ?? 16 * 1024 * 1024,
    maxCacheEntries: options.maxCacheEntries ?? 100,
    maxCacheCharacters: options.maxCacheCharacters ?? 4 * 1024 * 1024,
    headers: options.headers ?? {},
    traceparent: options.traceparent ?? (() => undefined),
    observer: options.observer,
    scheduler: options.scheduler ?? systemScheduler,
    random: options.random ?? Math.random,
    now: options.now ?? Date.now,
  };
}

/** Throws UsageError for a key that no header can carry; the key is not shown. */
export function checkKey(key: unknown): string {
  if (typeof key === "string" && /^[\x21-\x7e]+$/.test(key)) return key;
  const found = typeof key !== "string" ? typeof key : key === "" ? "an empty text" : "another character";
  const fix = "hand in the key alone, without line ends";
  throw new UsageError({ place: "client, apiKey", expected: "visible ASCII characters", found, fix });
}

/** Headers that the client sets itself; two of one name would be joined. */
const OWN_HEADERS =
  /^(?:accept|authorization|content-type|idempotency-key|if-(?:none-)?match|traceparent|x-api-key|x-request-(?:id|timeout-ms))$/i;

function checkHeader(name: string): void {
  if (!OWN_HEADERS.test(name)) return;
  const fix = "remove it: options of the client and of its calls set it";
  throw new UsageError({
    place: "client, headers",
    expected: "headers that it does not set",
    found: name,
    fix,
  });
}

function checkUrl(given: string, base: string): string {
  const wrong = (expected: string, found: string, fix: string): UsageError => {
    const mistake: Mistake = { place: "client, url", expected, found, fix };
    return new UsageError(mistake);
  };
  const url = URL.canParse(given) ? new URL(given) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    throw wrong(
      "an absolute http or https URL",
      JSON.stringify(given),
      "write one such as https://api.example.com",
    );
  }
  if (url.username !== "" || url.password !== "") {
    throw wrong("a URL without a user", "one with credentials", "hand the key in as apiKey");
  }
  if (url.search !== "" || url.hash !== "") {
    throw wrong("a URL without query and fragment", `${url.search}${url.hash}`, "remove them");
  }
  const text = `${url.origin}${url.pathname.replace(/\/+$/, "")}`;
  if (base !== "" && url.pathname.replace(/\/+$/, "").endsWith(base)) {
    throw wrong("the place of the service, without the contract's own path", text, `remove ${base}`);
  }
  return text;
}
