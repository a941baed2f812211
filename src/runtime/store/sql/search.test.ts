import assert from "node:assert/strict";
import { test } from "node:test";
import { searchDocument, searchQuery } from "./search.sql.ts";

test("a caller's words become prefixes that must all be found", () => {
  assert.equal(searchQuery("Ada Lovelace"), "'Ada':* & 'Lovelace':*");
  assert.equal(searchQuery("o'brien@example.com"), "'o':* & 'brien':* & 'example':* & 'com':*");
});

test("operators and punctuation are not words", () => {
  assert.equal(searchQuery(" & | ! ( ) <-> :* \\ ' "), undefined);
  assert.equal(searchQuery("a:* | !b"), "'a':* & 'b':*");
});

test("only the first 16 words count", () => {
  assert.equal(searchQuery("x ".repeat(100))?.split(" & ").length, 16);
});

test("index and query are written alike but for the alias", () => {
  const columns = ["name", "bio"];
  assert.equal(searchDocument(columns, "t").replaceAll("t.", ""), searchDocument(columns));
});
