/** A Content-Type without its parameters, and its charset in lower case. */
export interface ContentType {
  /** Lower case: `application/json`. */
  readonly mediaType: string;
  readonly charset: string | undefined;
}

const TOKEN = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";
const FORM = new RegExp(
  `^${TOKEN}/${TOKEN}(?:[ \\t]*;[ \\t]*(?:${TOKEN}=(?:${TOKEN}|"(?:[^"\\\\]|\\\\.)*"))?)*$`,
);
const CHARSET = new RegExp(`;[ \\t]*charset=(?:"((?:[^"\\\\]|\\\\.)*)"|(${TOKEN}))`, "i");

/** Reads a Content-Type header (RFC 9110 section 8.3); undefined for one that is not well formed. */
export function parseContentType(header: string): ContentType | undefined {
  if (header === "application/json") return JSON_TYPE;
  if (header.length > 256 || !FORM.test(header)) return undefined;
  const semicolon = header.indexOf(";");
  const mediaType = (semicolon === -1 ? header : header.slice(0, semicolon)).trim().toLowerCase();
  const found = semicolon === -1 ? null : CHARSET.exec(header.slice(semicolon));
  const charset = found?.[1]?.replace(/\\(.)/g, "$1") ?? found?.[2];
  return { mediaType, charset: charset?.toLowerCase() };
}

const JSON_TYPE: ContentType = { mediaType: "application/json", charset: undefined };
