import { quote } from "../tables.ts";

// ASCII punctuation would be parsed into e-mail addresses, hosts, paths and signed numbers, whose parts cannot be found;
// as spaces it separates words in the stored text and in the question alike.
const PUNCTUATION = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~";
const SPACES = " ".repeat(PUNCTUATION.length);

// A question longer than this is not one that a person types.
const MAX_TERMS = 16;

/**
 * The searched document of a row, from its columns. It must be written the same in the index and in the query, or the
 * index is not used. The configuration `simple` folds case and knows no language: no stop words, no stems.
 */
export function searchDocument(columns: readonly string[], alias?: string): string {
  const prefix = alias === undefined ? "" : `${alias}.`;
  const text = columns.map((column) => `coalesce(${prefix}${quote(column)}, '')`).join(" || ' ' || ");
  return `to_tsvector('simple', translate(${text}, '${PUNCTUATION.replaceAll("'", "''")}', '${SPACES}'))`;
}

/**
 * A caller's words as a tsquery that cannot be malformed: every word must be found, the beginning of one is enough.
 * Undefined where there is no word in it.
 */
export function searchQuery(text: string): string | undefined {
  const words = text
    .replaceAll(/[!-/:-@[-`{-~]/g, " ")
    .split(/[\s\p{Cc}]+/u)
    .filter((word) => /[\p{L}\p{N}]/u.test(word))
    .slice(0, MAX_TERMS);
  if (words.length === 0) return undefined;
  return words.map((word) => `'${word}':*`).join(" & ");
}
