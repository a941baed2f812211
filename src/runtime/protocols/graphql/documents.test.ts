import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { createOpenDocuments } from "./documents.ts";
import { GraphqlRequestError } from "./executor.ts";

const idOf = (text: string) => `sha256:${createHash("sha256").update(text).digest("hex")}`;

test("documents kept by hash give way to later ones, those asked for longest ago first", () => {
  const find = createOpenDocuments(3 * 260);
  const [a = "", b = "", c = "", d = ""] = ["{a1}", "{b2}", "{c3}", "{d4}"];
  for (const query of [a, b, c]) find({ query, documentId: idOf(query) }).keep?.();
  assert.equal(find({ documentId: idOf(a) }).source, a);
  find({ query: d, documentId: idOf(d) }).keep?.();
  assert.throws(() => find({ documentId: idOf(b) }), GraphqlRequestError);
  for (const query of [a, c, d]) assert.equal(find({ documentId: idOf(query) }).source, query);
});

test("a document that is kept twice counts once", () => {
  const find = createOpenDocuments(2 * 260);
  for (let times = 0; times < 5; times++) find({ query: "{a1}", documentId: idOf("{a1}") }).keep?.();
  find({ query: "{b2}", documentId: idOf("{b2}") }).keep?.();
  assert.equal(find({ documentId: idOf("{a1}") }).source, "{a1}");
});
