import { ApiError } from "../../base/errors/index.ts";

// RFC 3986 section 3.4: what may stand in a query unencoded. Square brackets are taken too, since clients send them bare.
const QUERY = /^[A-Za-z0-9\-._~!$&'()*+,;=:@/?%[\]|]*$/;

/** Decodes one path segment (RFC 3986 section 2.1); undefined for a bad escape, bytes that are not UTF-8, or NUL. */
export function decodeSegment(text: string): string | undefined {
  if (!text.includes("%")) return text;
  try {
    const decoded = decodeURIComponent(text);
    return decoded.includes("\0") ? undefined : decoded;
  } catch {
    return undefined;
  }
}

/** Decodes a query name or value, where `+` is a space; throws `malformed_request` for what {@link decodeSegment} refuses. */
export function decodeQueryPart(text: string): string {
  const decoded = decodeSegment(text.includes("+") ? text.replaceAll("+", " ") : text);
  if (decoded === undefined) throw new ApiError("malformed_request", "The query has a bad percent-escape.");
  return decoded;
}

/** Refuses a query with characters that must be percent-encoded, such as spaces, quotes and bytes above ASCII. */
export function checkQueryCharacters(query: string): void {
  if (!QUERY.test(query)) {
    throw new ApiError("malformed_request", "The query has a character that must be percent-encoded.");
  }
}
