import assert from "node:assert/strict";
import { test } from "node:test";
import { StatementCache } from "./statements.ts";

test("a shape is built once and prepared from its second use on", () => {
  const cache = new StatementCache<number>();
  let built = 0;
  const get = () => cache.get("shape", () => ({ text: `select ${++built}`, read: built }));
  assert.equal(get().prepare, false);
  assert.equal(get().prepare, true);
  assert.equal(built, 1);
});

test("shapes that callers make up are bounded, and do not push out those in use", () => {
  const cache = new StatementCache<string>();
  const get = (shape: string) => cache.get(shape, () => ({ text: shape, read: shape }));
  for (let uses = 0; uses < 10; uses++) get("common");
  let prepared = 0;
  for (let shape = 0; shape < 5000; shape++) {
    get(`made up ${shape}`);
    if (get(`made up ${shape}`).prepare) prepared++;
  }
  assert.ok(cache.size <= 500);
  assert.ok(prepared < 200);
  assert.equal(get("common").uses, 11);
  assert.equal(get("common").prepare, true);
});
