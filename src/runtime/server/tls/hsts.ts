import { UsageError } from "../../../base/errors/index.ts";

/** What browsers are told about coming by TLS (RFC 6797). */
export interface HstsOptions {
  /** How long they remember it. Default a year. */
  readonly maxAgeSeconds?: number;
  /** Whether it holds for all names below too. Default false: other services may live there. */
  readonly includeSubDomains?: boolean;
  /** Whether browsers may ship with it. Default false: it cannot be taken back soon. */
  readonly preload?: boolean;
}

const YEAR_SECONDS = 31_536_000;

/** Writes the value of Strict-Transport-Security; undefined where it is not sent. Throws UsageError for impossible ages. */
export function formatHsts(given: boolean | HstsOptions): string | undefined {
  if (given === false) return undefined;
  const { maxAgeSeconds = YEAR_SECONDS, includeSubDomains, preload } = given === true ? {} : given;
  if (!Number.isSafeInteger(maxAgeSeconds) || maxAgeSeconds < 0) {
    throw new UsageError({
      place: "option hsts.maxAgeSeconds",
      expected: "a whole number of seconds, at least 0",
      found: String(maxAgeSeconds),
      fix: `leave it out for ${YEAR_SECONDS}, a year; 0 makes browsers forget`,
    });
  }
  const words = [`max-age=${maxAgeSeconds}`];
  if (includeSubDomains === true) words.push("includeSubDomains");
  if (preload === true) words.push("preload");
  return words.join("; ");
}
