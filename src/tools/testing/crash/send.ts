import { Agent, request as httpRequest, type IncomingHttpHeaders } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import type { Random } from "./random.ts";
import type { PreparedRequest } from "./to-request.ts";

/** A try that met no answer. */
class NoAnswer extends Error {
  override readonly name = "NoAnswer";
}

/** What a client was told. */
export interface Answer {
  readonly status: number;
  readonly body: string;
  readonly headers: IncomingHttpHeaders;
  readonly replayed: boolean;
}

/** What became of one request and its retries. */
export interface Sent {
  /** The answer that ended it; undefined where the client gave up. */
  readonly answer: Answer | undefined;
  readonly tries: number;
  /** What the last try without a final answer met. */
  readonly lastProblem: string | undefined;
}

/** A client that retries as real ones do: same Idempotency-Key, backoff with full jitter, Retry-After. */
export interface Client {
  send(request: PreparedRequest, random: Random): Promise<Sent>;
  /** Ends what is still being tried; it rejects. */
  close(): void;
}

/** Options of {@link createClient}. */
export interface ClientOptions {
  /** Base URL for the next try, as a load balancer would choose it; undefined while no server is up. */
  readonly nextUrl: () => string | undefined;
  /** Time after which a client gives up, counted from the request or from when killing ended, if that was later. */
  readonly patienceMs: number;
  /** When killing ended, in milliseconds since the epoch; undefined before, when nobody gives up for half an hour. */
  readonly calmSince: () => number | undefined;
}

/** Longer than one round's killing takes on the busiest machine: a service that answers nothing must not hold it up for ever. */
const KILLING_MS = 1_800_000;
const TRY_TIMEOUT_MS = 15_000;
const BACKOFF_MS = 20;
const MAX_BACKOFF_MS = 500;
/** Statuses that a later try may not meet (RFC 9110 section 15, RFC 6585, RFC 8470). */
const PASSING: ReadonlySet<number> = new Set([408, 425, 429, 500, 502, 503, 504]);

/** Makes a client. */
export function createClient({ nextUrl, patienceMs, calmSince }: ClientOptions): Client {
  const agent = new Agent({ keepAlive: true });
  let closed = false;
  const once = (url: string, { method, path, headers, body }: PreparedRequest): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const outgoing = httpRequest(url + path, { method, agent, headers: { ...headers } }, (response) => {
        let text = "";
        response.setEncoding("utf8");
        response.on("data", (chunk: string) => {
          text += chunk;
        });
        response.on("error", reject);
        response.on("end", () => {
          const { statusCode = 0, headers: received } = response;
          const replayed = received["idempotent-replayed"] === "true";
          resolve({ status: statusCode, body: text, headers: received, replayed });
        });
      });
      outgoing.setTimeout(TRY_TIMEOUT_MS, () => outgoing.destroy(new NoAnswer("no answer in time")));
      outgoing.on("error", reject);
      outgoing.end(body);
    });

  return {
    async send(request, random) {
      const startedAt = Date.now();
      let lastProblem: string | undefined;
      for (let tries = 1; ; tries++) {
        const url = nextUrl();
        let retryAfterMs = 0;
        if (url === undefined) lastProblem = "no server is up";
        else {
          try {
            const answer = await once(url, request);
            if (!isPassing(answer)) return { answer, tries, lastProblem };
            lastProblem = `${answer.status} ${answer.body}`;
            retryAfterMs = Number(answer.headers["retry-after"] ?? 0) * 1000;
          } catch (error) {
            lastProblem = error instanceof Error ? error.message : String(error);
          }
        }
        if (closed) throw new NoAnswer("the client is closed");
        const from = Math.max(startedAt, calmSince() ?? startedAt + KILLING_MS);
        if (Date.now() > from + patienceMs) return { answer: undefined, tries, lastProblem };
        const jitter = random.below(Math.min(MAX_BACKOFF_MS, BACKOFF_MS * 2 ** Math.min(tries, 10)));
        await sleep(retryAfterMs + jitter);
      }
    },
    close: () => {
      closed = true;
      agent.destroy();
    },
  };
}

/** Whether to try again: the server had trouble, or says itself when to come back. */
function isPassing({ status, headers }: Answer): boolean {
  return PASSING.has(status) || (status === 409 && headers["retry-after"] !== undefined);
}
