/** What the header block of a request says. */
export interface RequestFields {
  readonly method: string;
  /** `:path`; with CONNECT the authority. */
  readonly target: string;
  /** By name, pseudo-headers too, as node:http2 has them. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** Names and values in turn, as they came, pseudo-headers too. */
  readonly list: readonly string[];
  /** Bytes that the body will have, where the request says so. */
  readonly contentLength: number | undefined;
}

const PSEUDO = new Set([":method", ":scheme", ":authority", ":path"]);
/** RFC 9113 section 8.2.2: they are about a connection of HTTP/1.1. */
const OF_CONNECTIONS = new Set([
  "connection",
  "proxy-connection",
  "keep-alive",
  "transfer-encoding",
  "upgrade",
]);
// RFC 9110 section 5.6.2, without capitals (RFC 9113 section 8.2).
const NAME = /^[!#$%&'*+.^_`|~0-9a-z-]+$/;
// RFC 9113 section 8.2.1: no NUL, CR, LF; no white space at either end. RFC 9110 section 5.5 knows no other control either.
const VALUE = /^(?:[!-~\x80-\xff](?:[\t -~\x80-\xff]*[!-~\x80-\xff])?)?$/;
const LENGTH = /^\d{1,15}$/;

/**
 * Reads the fields of a request, names and values in turn; undefined for a malformed one (RFC 9113 section 8.3). With
 * `isCut` some are missing, since they were too many.
 */
export function readRequestFields(list: readonly string[], isCut: boolean): RequestFields | undefined {
  const headers = readFields(list, true);
  if (headers === undefined) return undefined;
  const method = headers[":method"];
  const path = headers[":path"];
  const authority = headers[":authority"];
  const target = method === "CONNECT" ? authority : path;
  if (!isCut && !isComplete(headers)) return undefined;
  if (typeof authority === "string" && !isSameHost(headers.host, authority)) return undefined;
  const length = headers["content-length"];
  if (length !== undefined && (typeof length !== "string" || !LENGTH.test(length))) return undefined;
  return {
    method: typeof method === "string" ? method : "",
    target: typeof target === "string" ? target : "",
    headers,
    list,
    contentLength: length === undefined ? undefined : Number(length),
  };
}

/** Whether a block is one of trailers: well-formed and without pseudo-headers (RFC 9113 section 8.1). */
export function areTrailers(list: readonly string[]): boolean {
  return readFields(list, false) !== undefined;
}

/** RFC 9113 section 8.3.1: a Host beside `:authority` names the same; of hosts the case does not matter (RFC 9110 section 4.2.3). */
function isSameHost(host: string | string[] | undefined, authority: string): boolean {
  if (host === undefined || host === authority) return true;
  return typeof host === "string" && host.toLowerCase() === authority.toLowerCase();
}

function isComplete(headers: RequestFields["headers"]): boolean {
  const { ":method": method, ":scheme": scheme, ":authority": authority, ":path": path } = headers;
  if (typeof method !== "string" || !NAME.test(method.toLowerCase())) return false;
  // RFC 9113 section 8.5.
  if (method === "CONNECT") return scheme === undefined && path === undefined && authority !== undefined;
  return scheme !== undefined && typeof path === "string" && path !== "";
}

function readFields(list: readonly string[], isHead: boolean): RequestFields["headers"] | undefined {
  const headers: Record<string, string | string[] | undefined> = Object.create(null);
  let mayBePseudo = isHead;
  for (let at = 0; at < list.length; at += 2) {
    const name = list[at]!;
    const value = list[at + 1]!;
    if (!VALUE.test(value)) return undefined;
    if (name.charCodeAt(0) === COLON) {
      if (!mayBePseudo || !PSEUDO.has(name) || headers[name] !== undefined) return undefined;
      headers[name] = value;
      continue;
    }
    mayBePseudo = false;
    if (!NAME.test(name) || OF_CONNECTIONS.has(name)) return undefined;
    if (name === "te" && value !== "trailers") return undefined;
    const before = headers[name];
    headers[name] = before === undefined ? first(name, value) : joined(name, before, value);
  }
  return headers;
}

const COLON = 0x3a;

function first(name: string, value: string): string | string[] {
  return name === "set-cookie" ? [value] : value;
}

/** Of these the first counts, as in node:http; of the ones that matter, checkRequest refuses a second. */
const SINGLE = new Set([
  ...["age", "authorization", "content-location", "content-type", "date", "etag", "expires", "from", "host"],
  ...["if-modified-since", "if-range", "if-unmodified-since", "last-modified", "location", "max-forwards"],
  ...["proxy-authorization", "range", "referer", "retry-after", "user-agent"],
]);

/** The value of a name that comes again. Cookies come in crumbs (RFC 9113 section 8.2.3). */
function joined(name: string, before: string | string[], value: string): string | string[] {
  if (typeof before !== "string") return [...before, value];
  if (name === "cookie") return `${before}; ${value}`;
  // Two lengths are as malformed as one that is none.
  return SINGLE.has(name) ? before : `${before}, ${value}`;
}
