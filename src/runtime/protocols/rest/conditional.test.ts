import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { http1 } from "../../../../test/support/http-clients.ts";
import { BOOK, book, openLibrary, type TestLibrary } from "../../../../test/support/library.ts";
import { MemoryStore } from "../../../../test/support/memory-store.ts";
import { anyone, api, compile, handle, query, t } from "../../../index.ts";
import { createEngine } from "../../engine/index.ts";
import { createServer } from "../../server/index.ts";
import { createRestHandler } from "../index.ts";

let library: TestLibrary;
const path = `/v1/books/${BOOK}`;
const ADMIN = { authorization: "Bearer admin" };
const get = (where: string, headers: Record<string, string> = {}) => http1(library.url + where, { headers });
const etagOf = async (where: string, headers: Record<string, string> = {}) =>
  String((await get(where, headers)).headers.etag);

before(async () => {
  library = await openLibrary();
});
after(() => library.close());

test("a stored answer that is still right is not sent again", async () => {
  const etag = await etagOf(path);
  for (const value of [etag, `W/${etag}`, `"other", ${etag}`, "*"]) {
    const answer = await get(path, { "if-none-match": value });
    assert.equal(answer.status, 304, value);
    assert.equal(answer.bytes.length, 0);
    assert.equal(answer.headers["cache-control"], "private, no-cache");
    assert.ok(answer.headers.etag && answer.headers.vary);
  }
  assert.equal((await get(path, { "if-none-match": '"v1.other", "v2.x"' })).status, 200);
  assert.equal((await get(path, { "if-none-match": "unquoted" })).status, 400);
});

test("each representation of a row has an entity tag of its own, and all of them its version", async () => {
  const tags = await Promise.all([
    etagOf(path),
    etagOf(`${path}?fields=id,title`),
    etagOf(`${path}?fields=id`),
    etagOf(path, { accept: "application/hal+json" }),
    etagOf(path, ADMIN),
    etagOf(`${path}?expand=author`),
  ]);
  assert.equal(new Set(tags).size, tags.length, tags.join(" "));
  for (const tag of tags) assert.match(tag, /^"v1\./);
  assert.equal(await etagOf(`${path}?fields=id`), tags[2], "and keeps it");
});

test("any tag of the present version satisfies If-Match; on reads another version is 412", async () => {
  const etag = await etagOf(`${path}?fields=id`);
  assert.equal((await get(path, { "if-match": etag })).status, 200);
  assert.equal((await get(path, { "if-match": "*" })).status, 200);
  assert.equal((await get(path, { "if-match": '"v7.x"' })).status, 412);
  const patch = (ifMatch: string) =>
    http1(library.url + path, {
      method: "PATCH",
      headers: { ...ADMIN, "content-type": "application/merge-patch+json", "if-match": ifMatch },
      body: '{"title":"Changed"}',
    });
  const changed = await patch(etag);
  assert.equal(changed.status, 200);
  assert.equal((await patch(etag)).status, 412);
  assert.equal((await patch(String(changed.headers.etag))).status, 200);
  library.store.put(book());
});

test("Last-Modified and If-Modified-Since, only where they cannot hide a change", async () => {
  const since = (date: string, more: Record<string, string> = {}) =>
    get(path, { "if-modified-since": date, ...more });
  assert.equal((await since("Thu, 01 Jan 2026 00:00:00 GMT")).status, 304);
  assert.equal((await since("Thursday, 01-Jan-26 00:00:00 GMT")).status, 304);
  assert.equal((await since("Thu Jan  1 00:00:00 2026")).status, 304);
  assert.equal((await since("Wed, 31 Dec 2025 23:59:59 GMT")).status, 200);
  assert.equal((await since("yesterday")).status, 200);
  assert.equal((await since("Thu, 01 Jan 2026 00:00:00 GMT", { "if-none-match": '"x"' })).status, 200);
  const now = new Date().toISOString();
  library.store.rows.set(BOOK, {
    id: BOOK,
    values: book({ updatedAt: now }),
    version: 1,
    updatedAt: now,
    allowed: true,
  });
  const fresh = await since("Fri, 01 Jan 2100 00:00:00 GMT");
  assert.equal(fresh.status, 200, "a second change within the second would go unseen");
  assert.equal(fresh.headers["last-modified"], undefined);
  library.store.put(book());
  assert.equal((await get(`${path}?expand=author`)).headers["last-modified"], undefined);
});

test("a coded body is another representation, and is revalidated as such", async () => {
  library.store.put(book({ summary: "word ".repeat(1000) }));
  const plain = await get(path);
  const coded = await get(path, { "accept-encoding": "gzip" });
  assert.equal(coded.headers["content-encoding"], "gzip");
  assert.equal(coded.headers.etag, String(plain.headers.etag).replace(/"$/, '.gzip"'));
  const again = (etag: unknown, accept: Record<string, string>) =>
    get(path, { "if-none-match": String(etag), ...accept });
  const gzip = { "accept-encoding": "gzip" };
  assert.equal((await again(coded.headers.etag, gzip)).status, 304);
  assert.equal((await again(coded.headers.etag, gzip)).headers.etag, coded.headers.etag);
  assert.equal((await again(plain.headers.etag, gzip)).headers.etag, plain.headers.etag);
  assert.equal((await again(coded.headers.etag, {})).status, 200, "the caller no longer takes gzip");
  library.store.put(book());
});

test("lists and values are revalidated by their bytes", async () => {
  for (const where of ["/v1/books", "/v1/greet?name=a"]) {
    const etag = await etagOf(where);
    assert.equal((await get(where, { "if-none-match": etag })).status, 304);
  }
  const etag = await etagOf("/v1/books");
  library.store.put(book({ title: "Another" }));
  assert.equal((await get("/v1/books", { "if-none-match": etag })).status, 200);
  library.store.put(book());
});

test("a query that comes by POST is answered whole, whatever the caller has stored", async (context) => {
  const count = query("count", {
    input: t.object({ words: t.list(t.string()) }),
    output: t.object({ words: t.int32() }),
    access: [anyone],
    cacheControl: "private, no-cache",
    http: { method: "POST" },
  });
  const counting = compile(
    api("counting", { versions: { v1: "2026-01-01" }, resources: [], operations: [count] }),
  );
  const engine = createEngine({
    model: counting,
    store: new MemoryStore(),
    handlers: [handle(count, ({ input }) => ({ words: input.words.length }))],
  });
  const server = createServer({ handler: createRestHandler({ engine }) });
  context.after(() => server.close({ deadlineMs: 500 }));
  const { url } = await server.listen();
  const ask = (headers: Record<string, string>) =>
    http1(`${url}/v1/count`, {
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
      body: '{"words":["a","b"]}',
    });
  const first = await ask({});
  assert.ok(first.headers.etag, "it may be kept, so it has an entity tag");
  for (const value of [String(first.headers.etag), "*"]) {
    const again = await ask({ "if-none-match": value });
    assert.equal(again.status, 200, value);
    assert.deepEqual(again.json(), { words: 2 });
  }
});
