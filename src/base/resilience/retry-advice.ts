import { ApiError, CODES, type CodeEntry } from "../errors/index.ts";
import { Refusal } from "./refusal.ts";

/**
 * Whether the same work may succeed if it is done again: `no`; `later` (nothing was done, so it may be); `same-key` (its
 * fate is unknown, so only where doing it twice is harmless).
 */
export type RetryAdvice = CodeEntry["retry"];

/**
 * Reads the advice from the table of codes. Errors that a contract declares are answers, final but for 408 and 429.
 * Connections that broke leave the fate unknown, those that were never made do not; anything else that is not an ApiError
 * is a mistake that stays.
 */
export function retryAdvice(error: unknown): RetryAdvice {
  if (error instanceof Refusal) return "later";
  if (!(error instanceof ApiError)) return connectionAdvice(error);
  if (Object.hasOwn(CODES, error.code)) return error.entry.retry;
  return error.status === 408 || error.status === 429 ? "later" : "no";
}

/** Codes of Node.js and undici for connections that were never made: nothing was sent. */
const NOT_CONNECTED = /^(?:ECONNREFUSED|EHOSTUNREACH|ENETUNREACH|EAI_AGAIN|UND_ERR_CONNECT_TIMEOUT)$/;

/** The same for connections that broke. */
const BROKEN =
  /^(?:ECONNRESET|ECONNABORTED|EPIPE|ETIMEDOUT|UND_ERR_(?:SOCKET|HEADERS_TIMEOUT|BODY_TIMEOUT))$/;

/** fetch has the connection's error in `cause`. */
function connectionAdvice(error: unknown): RetryAdvice {
  for (let at = error, depth = 0; at instanceof Error && depth < 3; at = at.cause, depth++) {
    if (!("code" in at && typeof at.code === "string")) continue;
    if (NOT_CONNECTED.test(at.code)) return "later";
    if (BROKEN.test(at.code)) return "same-key";
  }
  return "no";
}
