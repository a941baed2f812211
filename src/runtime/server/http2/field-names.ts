/** A header's name as HTTP/2 writes it, and whether its value is worth a place in HPACK's table. */
export interface FieldName {
  readonly name: string;
  readonly how: "index" | "plain" | "never";
}

/** Headers that say the same thing again and again; the table has 4 KiB, which others would only push them out of. */
const STEADY = new Set([
  ...["accept-patch", "accept-post", "accept-ranges", "allow", "cache-control", "content-encoding"],
  ...["content-security-policy", "content-type", "date", "deprecation", "grpc-encoding", "grpc-status"],
  ...["referrer-policy", "strict-transport-security", "sunset", "vary", "www-authenticate"],
  ...["x-content-type-options"],
]);

/** RFC 7541 section 7.1.3: not to be kept in the tables of intermediaries. */
const SECRET = new Set(["set-cookie"]);

/** Names are chosen by programs, so there are few; but what a handler makes up must not fill the memory. */
const MAX_KNOWN = 1000;
const known = new Map<string, FieldName>();

/** Finds how a header is written. */
export function fieldName(given: string): FieldName {
  const found = known.get(given);
  if (found !== undefined) return found;
  const name = given.toLowerCase();
  const how = STEADY.has(name) ? "index" : SECRET.has(name) ? "never" : "plain";
  if (known.size < MAX_KNOWN) known.set(given, { name, how });
  return { name, how };
}
