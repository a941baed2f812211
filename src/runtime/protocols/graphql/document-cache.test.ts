import assert from "node:assert/strict";
import { test } from "node:test";
import { DocumentCache } from "./document-cache.ts";

test("the documents asked for last stay, up to their characters and something for each", () => {
  const cache = new DocumentCache<number>(1000);
  const sources = Array.from({ length: 100 }, (_, at) => `{a${String(at).padStart(2, "0")}}`.padEnd(68));
  for (const [at, source] of sources.entries()) {
    cache.set(source, at);
    assert.equal(cache.get(sources[0]!), 0, "it was asked for all the time");
  }
  const kept = sources.filter((source) => cache.get(source) !== undefined);
  assert.deepEqual(kept, [sources[0], ...sources.slice(-9)]);
});

test("a document that would fill half of it is not kept", () => {
  const cache = new DocumentCache<number>(1000);
  cache.set("x".repeat(501), 1);
  assert.equal(cache.get("x".repeat(501)), undefined);
  cache.set("x".repeat(500), 1);
  assert.equal(cache.get("x".repeat(500)), 1);
});
