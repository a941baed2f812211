import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { gunzipSync } from "node:zlib";
import { clinic } from "../../../examples/clinic/contract.ts";
import { compile } from "../../contract/model/index.ts";
import { createBundleReader } from "./bundle.ts";
import { createDocsHandler } from "./docs.ts";
import { DOCS_BUNDLE } from "./docs-bundle.ts";
import type { PageAnswer } from "./page-answer.ts";

const docs = createDocsHandler(compile(clinic));
const header = ({ headers }: PageAnswer, name: string) => headers[headers.indexOf(name) + 1];
const get = async (path: string, headers: Record<string, string> = {}): Promise<PageAnswer> => {
  const answer = await docs(path, headers);
  assert.ok(answer, path);
  return answer;
};
const sources = (html: string) =>
  [...html.matchAll(/(?:src|href)="(\/docs\/[^"]+\.(?:js|css))"/g)].map(([, path]) => path!);

test("the bundle is the one that the code names", async () => {
  const bytes = await createBundleReader(DOCS_BUNDLE)("identity");
  assert.equal(createHash("sha256").update(bytes).digest("hex"), DOCS_BUNDLE.sha256);
});

test("/docs names only scripts that are served here, for ever under that name", async () => {
  const page = await get("/docs");
  assert.match(header(page, "Content-Security-Policy")!, /default-src 'none'; script-src 'self';/);
  const html = String(page.body);
  assert.doesNotMatch(html, /https?:\/\//);
  assert.equal(sources(html).length, 2);
  for (const path of sources(html)) {
    const script = await get(path);
    assert.equal(header(script, "Cache-Control"), "public, max-age=31536000, immutable");
    assert.equal(header(script, "Content-Type"), "text/javascript; charset=utf-8");
  }
});

test("the bundle is sent in a coding that the caller takes", async () => {
  const [path] = sources(String((await get("/docs")).body));
  const plain = await get(path!);
  const coded = await get(path!, { "accept-encoding": "gzip, deflate, br, zstd" });
  const gzipped = await get(path!, { "accept-encoding": "gzip" });
  assert.ok(!plain.headers.includes("Content-Encoding"));
  assert.equal(header(coded, "Content-Encoding"), "br");
  assert.ok(coded.body.length < 1_000_000, `${coded.body.length} bytes`);
  assert.equal(header(gzipped, "Content-Encoding"), "gzip");
  assert.ok(gunzipSync(gzipped.body).equals(Buffer.from(plain.body)));
});

test("errors have a page each, declared ones too, for those who prefer HTML", async () => {
  const all = String((await get("/docs/errors")).body);
  assert.match(all, /<section id="invalid_input">/);
  assert.match(all, /<section id="slot_taken">/);
  const accept = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";
  assert.match(String((await get("/problems/slot_taken", { accept })).body), /The slot is not open any more/);
  assert.equal(await docs("/problems/slot_taken", { accept: "application/json" }), undefined);
  assert.equal(await docs("/problems/slot_taken", { accept: "*/*" }), undefined);
  assert.equal(await docs("/problems/nothing", { accept }), undefined);
});

test("any other path is somebody else's", () => {
  for (const path of ["/", "/v2/docs", "/docs/scalar.js", "/docs/../docs", "/docs/start-0.js"]) {
    assert.equal(docs(path), undefined, path);
  }
});

test("text of the contract cannot become markup", async () => {
  const model = { ...compile(clinic), title: '<script>alert("1")</script>' };
  for (const path of ["/docs", "/docs/errors"]) {
    const page = await createDocsHandler(model)(path);
    assert.ok(!String(page?.body).includes("<script>alert"), path);
  }
});
