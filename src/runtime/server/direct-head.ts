import type { IncomingHttpHeaders } from "node:http";
import type { ServerLimits } from "./limits.ts";

/**
 * Reads heads of plain requests from the text of a connection, and remembers the last header lines: clients send the
 * same ones again and again. What is not surely plain is left to Node's parser, which knows every exception: methods
 * with bodies, headers that rule the connection or stand there twice, bytes above ASCII, line breaks of other kinds, a
 * head in pieces. What is read here is thus a small subset of RFC 9112, in which two readers cannot differ.
 */
export class HeadReader {
  method: "GET" | "HEAD" = "GET";
  target = "";
  headers: Readonly<IncomingHttpHeaders> = {};
  /** Where the next head begins. */
  end = 0;
  readonly #limits: ServerLimits;
  #lines: string | undefined;

  constructor(limits: ServerLimits) {
    this.#limits = limits;
  }

  /** Reads the head that begins at `from` into the members; false where it is not a plain one. */
  read(text: string, from: number): boolean {
    if (text.startsWith("GET /", from)) this.method = "GET";
    else if (text.startsWith("HEAD /", from)) this.method = "HEAD";
    else return false;
    const { maxUrlBytes, maxHeaderBytes } = this.#limits;
    const start = from + this.method.length + 1;
    const stop = text.indexOf(VERSION, start);
    if (stop === -1 || stop - start > maxUrlBytes) return false;
    const target = text.slice(start, stop);
    if (!TARGET.test(target)) return false;
    const first = stop + VERSION.length;
    let lines = this.#lines;
    if (lines === undefined || !text.startsWith(lines, first)) {
      const end = text.indexOf("\r\n\r\n", first);
      if (end === -1 || end - first > maxHeaderBytes) return false;
      lines = text.slice(first, end + 4);
      const headers = readHeaders(lines, this.#limits.maxHeaders);
      if (headers === undefined) return false;
      this.#lines = lines;
      this.headers = headers;
    }
    this.target = target;
    this.end = first + lines.length;
    return true;
  }
}

const VERSION = " HTTP/1.1\r\n";
const TARGET = /^[!-~]+$/;
// RFC 9110 section 5: a token, a colon, and visible ASCII with spaces and tabs inside.
const LINE = /([!#$%&'*+.^_`|~0-9A-Za-z-]+):[\t ]*((?:[!-~]+(?:[\t ]+[!-~]+)*)?)[\t ]*\r\n/y;

/** Headers that make a request anything but plain, and names that mean something else to an object. */
const NOT_PLAIN = new Set([
  ...["content-length", "transfer-encoding", "trailer", "te", "expect", "upgrade", "proxy-connection"],
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
