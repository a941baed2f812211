import { parseHttpDate } from "./http-date.ts";

/** Reads Retry-After (RFC 9110 section 10.2.3), seconds or a date, as seconds from now; undefined for anything else. */
export function parseRetryAfter(header: string | null, nowMs: number): number | undefined {
  if (header === null) return undefined;
  if (/^\d{1,9}$/.test(header)) return Number(header);
  const date = parseHttpDate(header);
  return date === undefined ? undefined : Math.max(date - Math.floor(nowMs / 1000), 0);
}
