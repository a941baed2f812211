import type { IncomingHttpHeaders } from "node:http";
import type { ServerLimits } from "./limits.ts";

/**
 * Reads plain requests from the text of a connection, and remembers the last header lines: clients send the same ones
 * again and again. What is not surely plain is left to Node's parser, which knows every exception: other methods, headers
 * that rule the connection or stand there twice, bytes above ASCII, line breaks of other kinds, a head or a body in
 * pieces, a body of unknown length. What is read here is thus a small subset of RFC 9112, in which two readers cannot differ.
 */
export class HeadReader {
  method: DirectMethod = "GET";
  target = "";
  headers: Readonly<IncomingHttpHeaders> = {};
  /** Where the body begins; undefined where there is none. */
  body: number | undefined;
  /** Where the next head begins. */
  end = 0;
  readonly #limits: ServerLimits;
  #lines: string | undefined;
  /** Bytes of the body by the header lines; undefined where they do not say. */
  #length: number | undefined;

  constructor(limits: ServerLimits) {
    this.#limits = limits;
  }

  /** Reads the request that begins at `from` into the members; false where it is not a plain one, or not all of it there. */
  read(text: string, from: number): boolean {
    const method = methodAt(text, from);
    if (method === undefined) return false;
    const { maxUrlBytes, maxHeaderBytes } = this.#limits;
    const start = from + method.length + 1;
    // One character is found by a much shorter way than several.
    const stop = text.indexOf(" ", start);
    if (stop === -1 || stop - start > maxUrlBytes || !text.startsWith(VERSION, stop)) return false;
    const target = text.slice(start, stop);
    if (!TARGET.test(target)) return false;
    const first = stop + VERSION.length;
    let lines = this.#lines;
    // Not startsWith: V8 compiles it to a comparison of one character at a time.
    if (lines === undefined || text.slice(first, first + lines.length) !== lines) {
      const end = text.indexOf("\r\n\r\n", first);
      if (end === -1 || end - first > maxHeaderBytes) return false;
      lines = text.slice(first, end + 4);
      const headers = readHeaders(lines, this.#limits.maxHeaders);
      if (headers === undefined) return false;
      const { "content-length": length } = headers;
      if (length !== undefined && !LENGTH.test(length)) return false;
      this.#lines = lines;
      this.#length = length === undefined ? undefined : Number(length);
      this.headers = headers;
    }
    const length = this.#length;
    const begin = first + lines.length;
    if (length !== undefined && (method === "GET" || method === "HEAD" || begin + length > text.length)) {
      return false;
    }
    this.method = method;
    this.target = target;
    this.body = length === undefined || length === 0 ? undefined : begin;
    this.end = begin + (length ?? 0);
    return true;
  }
}

/** Methods that are read here. */
type DirectMethod = (typeof METHODS)[number];
const METHODS = ["GET", "HEAD", "POST", "PATCH", "PUT", "DELETE"] as const;
const STARTS = METHODS.map((method) => ({ method, text: `${method} /` }));

function methodAt(text: string, from: number): DirectMethod | undefined {
  for (const start of STARTS) if (text.startsWith(start.text, from)) return start.method;
  return undefined;
}

const VERSION = " HTTP/1.1\r\n";
const TARGET = /^[!-~]+$/;
// RFC 9110 section 8.6 takes leading zeros too, and lists of the same length; Node's parser knows what to do with them.
const LENGTH = /^(?:0|[1-9]\d{0,8})$/;
// RFC 9110 section 5: a token, a colon, and visible ASCII with spaces and tabs inside.
const LINE = /([!#$%&'*+.^_`|~0-9A-Za-z-]+):[\t ]*((?:[!-~]+(?:[\t ]+[!-~]+)*)?)[\t ]*\r\n/y;

/** Headers that make a request anything but plain, and names that mean something else to an object. */
const NOT_PLAIN = new Set([
  ...["transfer-encoding", "trailer", "te", "expect", "upgrade", "proxy-connection"],
  ...["set-cookie", "__proto__"],
]);

/** Reads header lines up to the empty one; undefined where Node's parser should see them. */
function readHeaders(lines: string, maxHeaders: number): Readonly<IncomingHttpHeaders> | undefined {
  const headers: IncomingHttpHeaders = {};
  let count = 0;
  LINE.lastIndex = 0;
  while (LINE.lastIndex < lines.length - 2) {
    const found = LINE.exec(lines);
    if (found === null || ++count > maxHeaders) return undefined;
    const name = found[1]!.toLowerCase();
    const value = found[2]!;
    if (NOT_PLAIN.has(name) || Object.hasOwn(headers, name)) return undefined;
    if (name === "connection" && value.toLowerCase() !== "keep-alive") return undefined;
    headers[name] = value;
  }
  // RFC 9112 section 3.2: refused without it, with more words than there are here.
  return headers.host === undefined ? undefined : headers;
}
