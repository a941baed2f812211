import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { createBundleReader } from "./bundle.ts";
import { createGraphiqlHandler } from "./graphiql.ts";
import { GRAPHIQL_SCRIPT, GRAPHIQL_STYLE } from "./graphiql-bundle.ts";

const BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";
const graphiql = createGraphiqlHandler("A <Shop>");
const get = (path: string, query = "", accept = BROWSER) =>
  graphiql.answer({ path, query, headers: { accept } });

test("the bundles are those that the code names", async () => {
  for (const bundle of [GRAPHIQL_SCRIPT, GRAPHIQL_STYLE]) {
    const bytes = await createBundleReader(bundle)("identity");
    assert.equal(createHash("sha256").update(bytes).digest("hex"), bundle.sha256);
  }
});

test("browsers that open the path get the page, and all it loads is served here", async () => {
  const page = await get("/graphql");
  assert.ok(page);
  const html = String(page.body);
  assert.match(html, /A &#60;Shop&#62;/);
  assert.doesNotMatch(html, /https?:\/\//);
  const policy = page.headers[page.headers.indexOf("Content-Security-Policy") + 1];
  assert.match(policy!, /default-src 'none'; script-src 'self';/);
  const files = [...html.matchAll(/(?:src|href)="(\/[^"]+)"/g)].map(([, path]) => path!);
  assert.deepEqual(files.sort(), [...graphiql.files].sort());
  for (const file of files) {
    const answer = await get(file, "", "*/*");
    assert.ok(answer?.headers.includes("public, max-age=31536000, immutable"), file);
  }
  assert.ok((await createBundleReader(GRAPHIQL_SCRIPT)("br")).length < 400_000);
});

test("whoever asks for JSON, or for the answer to a query, gets no page", () => {
  assert.equal(get("/graphql", "", "*/*"), undefined);
  assert.equal(get("/graphql", "", "application/json"), undefined);
  assert.equal(get("/graphql", "query=%7Ba%7D"), undefined);
  assert.equal(get("/graphql/other.js"), undefined);
});
