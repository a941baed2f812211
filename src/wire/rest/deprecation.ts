import { parseHttpDate } from "./http-date.ts";

/** What the headers of an answer say about the end of what was called. */
export interface Deprecation {
  /** Since or from when it is deprecated, RFC 3339; undefined where it only goes away. */
  readonly since?: string;
  /** From when it may be gone, RFC 3339. */
  readonly sunset?: string;
  /** Where to read more. */
  readonly link?: string;
}

/** Reads Deprecation (RFC 9745), Sunset (RFC 8594) and the links that go with them; undefined without the first two. */
export function parseDeprecation(header: (name: string) => string | null): Deprecation | undefined {
  const deprecation = header("deprecation");
  const sunset = header("sunset");
  if (deprecation === null && sunset === null) return undefined;
  const since = /^@(-?\d{1,12})$/.exec(deprecation ?? "")?.[1];
  const until = sunset === null ? undefined : parseHttpDate(sunset);
  const link = /<([^>]*)>[^,]*;\s*rel="?(?:deprecation|sunset)"?/i.exec(header("link") ?? "")?.[1];
  return {
    ...(since === undefined ? {} : { since: toText(Number(since)) }),
    ...(until === undefined ? {} : { sunset: toText(until) }),
    ...(link === undefined ? {} : { link }),
  };
}

function toText(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace(".000Z", "Z");
}
