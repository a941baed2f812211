/** A field in a table. */
export interface TableField {
  readonly name: string;
  /** Empty where the static table has a name only. */
  readonly value: string;
  /** Size as RFC 7541 section 4.1 has it. */
  readonly bytes: number;
}

/** How many fields the static table has; the dynamic table's indexes begin one above. */
export const STATIC_COUNT = 61;

/** What a field counts above its name and its value, in tables and in lists (RFC 7541 section 4.1, RFC 9113 section 10.5.1). */
export const FIELD_OVERHEAD = 32;

/** The size of the dynamic table until the two sides agree on another, in bytes (RFC 9113 section 6.5.2). */
export const DEFAULT_TABLE_BYTES = 4096;

const TABLE = `:authority
:method GET
:method POST
:path /
:path /index.html
:scheme http
:scheme https
:status 200
:status 204
:status 206
:status 304
:status 400
:status 404
:status 500
accept-charset
accept-encoding gzip, deflate
accept-language
accept-ranges
accept
access-control-allow-origin
age
allow
authorization
cache-control
content-disposition
content-encoding
content-language
content-length
content-location
content-range
content-type
cookie
date
etag
expect
expires
from
host
if-match
if-modified-since
if-none-match
if-range
if-unmodified-since
last-modified
link
location
max-forwards
proxy-authenticate
proxy-authorization
range
referer
refresh
retry-after
server
set-cookie
strict-transport-security
transfer-encoding
user-agent
vary
via
www-authenticate`;

/** The static table (RFC 7541 appendix A). Its first field has the index 1 and stands at 0 here. */
export const STATIC_FIELDS: readonly TableField[] = TABLE.split("\n").map((line) => {
  const [name = "", value = ""] = line.split(/ (.*)/);
  return { name, value, bytes: name.length + value.length + FIELD_OVERHEAD };
});

/** The symbol that ends no string (RFC 7541 section 5.2): its code only pads. */
export const HUFFMAN_EOS = 256;

/**
 * Bits of the Huffman code of each symbol from 0 to 256 (RFC 7541 appendix B), a letter each: "a" is 5, "z" is 30. The
 * code is canonical: shorter codes before longer ones, those of one length in the order of their symbols, each one more
 * than the last. So the lengths say it whole.
 */
const HUFFMAN_LENGTHS =
  "isxxxxxxxtzxxzxxxxxxxxzxxxxxxxxxbffhibdgffdgdbbbaaabbbbbbbcdkbhfibcccccccccccccccccccc" +
  "ccdcdioijbkabababbbaccbbbabcbaabccccckgjixprpprrrsrssssststtrstssssqrsrsstrqprrssqsrrt" +
  "qrssqqrqsrssprrrsrrsvvporsruvvvwwvtuoqvwwvwtqqvvxwwwptpqrqqsrruuttvsvwvvwwwwwxwwwwwvz";

/** Bits of the Huffman code of a symbol: 5 to 30. */
export function huffmanBits(symbol: number): number {
  return HUFFMAN_LENGTHS.charCodeAt(symbol) - 92;
}
