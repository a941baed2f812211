/** Headers that never change, ready to be sent: names and values in turn, and the same as lines of HTTP/1.1. */
export interface FixedHeaders {
  readonly pairs: readonly string[];
  readonly lines: string;
}

/** Prepares headers, names and values in turn; throws TypeError for what no header may hold. */
export function fixHeaders(pairs: readonly string[]): FixedHeaders {
  return { pairs, lines: formatHeaderLines(pairs) };
}

/** No headers. */
export const NO_HEADERS: FixedHeaders = { pairs: [], lines: "" };

// RFC 9110 section 5.5. Above all no CR and LF, which would begin another header.
const FORBIDDEN = /[^\t\x20-\x7e\x80-\xff]/;

/** Throws TypeError for headers with characters that no header may have. */
export function checkHeaders(pairs: readonly string[]): void {
  for (const text of pairs) {
    if (FORBIDDEN.test(text)) {
      throw new TypeError(`A header has a character that it may not have: ${JSON.stringify(text)}`);
    }
  }
}

/** Writes headers as lines of HTTP/1.1; throws TypeError for what no header may hold. */
export function formatHeaderLines(pairs: readonly string[]): string {
  let lines = "";
  let texts = "";
  for (let at = 0; at + 1 < pairs.length; at += 2) {
    const name = pairs[at]!;
    const value = pairs[at + 1]!;
    lines += `${name}: ${value}\r\n`;
    texts += name + value;
  }
  if (FORBIDDEN.test(texts)) {
    throw new TypeError(`A header has a character that it may not have: ${JSON.stringify(lines)}`);
  }
  return lines;
}
