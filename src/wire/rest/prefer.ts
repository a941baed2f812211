/** What a caller would like (RFC 7240); preferences we do not know are ignored, as section 2 asks. */
export interface Preferences {
  readonly return?: "minimal" | "representation";
  /** Seconds after which the caller no longer waits for the answer, 1 to 86,400 (section 4.3). */
  readonly waitSeconds?: number;
  /** An answer before the work is done will do (section 4.1). */
  readonly respondAsync?: true;
}

const TOKEN = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";
const PREFERENCE = new RegExp(
  `[ \\t]*(?:(${TOKEN})(?:[ \\t]*=[ \\t]*(?:(${TOKEN})|"((?:[^"\\\\]|\\\\.)*)"))?` +
    `((?:[ \\t]*;[ \\t]*(?:${TOKEN}(?:[ \\t]*=[ \\t]*(?:${TOKEN}|"(?:[^"\\\\]|\\\\.)*"))?)?)*))?[ \\t]*(?:,|$)`,
  "y",
);
const NONE: Preferences = {};
/** A day: what asks for more asks for nothing. */
const MAX_WAIT_SECONDS = 86_400;

/** Reads a Prefer header. Of a preference given twice the first counts; one that is not well formed ends the reading. */
export function parsePrefer(header: string | undefined): Preferences {
  if (header === undefined) return NONE;
  const given = new Map<string, string>();
  PREFERENCE.lastIndex = 0;
  while (PREFERENCE.lastIndex < header.length) {
    const found = PREFERENCE.exec(header);
    if (found === null) break;
    const name = found[1]?.toLowerCase() ?? "";
    if (!given.has(name)) given.set(name, found[2] ?? found[3] ?? "");
  }
  const representation = given.get("return");
  const wait = given.get("wait") ?? "";
  const waitSeconds = /^\d{1,5}$/.test(wait) ? Number(wait) : 0;
  return {
    ...(representation === "minimal" || representation === "representation"
      ? { return: representation }
      : {}),
    ...(given.has("respond-async") ? { respondAsync: true as const } : {}),
    ...(waitSeconds >= 1 && waitSeconds <= MAX_WAIT_SECONDS ? { waitSeconds } : {}),
  };
}
