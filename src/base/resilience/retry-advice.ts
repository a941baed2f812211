import { ApiError, CODES, type CodeEntry } from "../errors/index.ts";
import { Refusal } from "./refusal.ts";

/**
 * Whether the same work may succeed if it is done again: `no`; `later` (nothing was done, so it may be); `same-key` (its
 * fate is unknown, so only where doing it twice is harmless).
 */
export type RetryAdvice = CodeEntry["retry"];

/**
 * Reads the advice from the table of codes. Errors that a contract declares are answers, final but for 408 and 429.
 * Connections that broke leave the fate unknown; anything else that is not an ApiError is a mistake that stays.
 */
export function retryAdvice(error: unknown): RetryAdvice {
  if (error instanceof Refusal) return "later";
  if (!(error instanceof ApiError)) return isConnectionError(error) ? "same-key" : "no";
  if (Object.hasOwn(CODES, error.code)) return error.entry.retry;
  return error.status === 408 || error.status === 429 ? "later" : "no";
}

/** Codes of Node.js and undici for connections that could not be made or broke; fetch has them in `cause`. */
const CONNECTION_CODE =
  /^(?:ECONNRESET|ECONNREFUSED|ECONNABORTED|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|EAI_AGAIN|UND_ERR_(?:SOCKET|CONNECT_TIMEOUT|HEADERS_TIMEOUT|BODY_TIMEOUT))$/;

function isConnectionError(error: unknown): boolean {
  for (let at = error, depth = 0; at instanceof Error && depth < 3; at = at.cause, depth++) {
    if ("code" in at && typeof at.code === "string" && CONNECTION_CODE.test(at.code)) return true;
  }
  return false;
}
