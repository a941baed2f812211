import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from "node:zlib";
import { http1, http2 } from "../../../../test/support/http-clients.ts";
import { AUTHOR, BOOK, book, openLibrary, type TestLibrary } from "../../../../test/support/library.ts";

let library: TestLibrary;
const path = `/v1/books/${BOOK}`;
const get = (where: string, headers: Record<string, string> = {}) => http1(library.url + where, { headers });

before(async () => {
  library = await openLibrary();
});
after(() => library.close());

test("HAL: links to itself, its collection, what it refers to and what may be done now", async () => {
  const hal = { accept: "application/hal+json" };
  const answer = await get(path, hal);
  assert.equal(answer.headers["content-type"], "application/hal+json");
  const base = {
    self: { href: path },
    collection: { href: "/v1/books" },
    author: { href: `/v1/authors/${AUTHOR}` },
  };
  assert.deepEqual(answer.json()._links, { ...base, lend: { href: `${path}/lend` } });
  assert.equal(answer.json().author, AUTHOR);
  library.store.put(book({ status: "lost" }));
  assert.deepEqual((await get(path, hal)).json()._links, base, "another state, other links");
  library.store.put(book());
  assert.equal((await get(path)).json()._links, undefined);
});

test("HAL: a page embeds its rows", async () => {
  const answer = await get("/v1/books?limit=5", { accept: "application/hal+json" });
  const { _embedded, _links, page, data } = answer.json();
  assert.equal(data, undefined);
  assert.equal(_embedded.books[0]._links.self.href, path);
  assert.deepEqual(_links, { self: { href: "/v1/books?limit=5" }, first: { href: "/v1/books?limit=5" } });
  assert.equal(page.hasMore, false);
});

test("HAL: an expanded row is embedded", async () => {
  const author = { id: AUTHOR, name: "Ada" };
  const hal = await openLibrary({
    execute: () => ({
      ok: true,
      kind: "ok",
      value: { ...book(), author },
      id: BOOK,
      version: 1,
      replayed: false,
    }),
  });
  const answer = await http1(`${hal.url}${path}?expand=author`, {
    headers: { accept: "application/hal+json" },
  });
  await hal.close();
  const { _embedded, _links, author: own } = answer.json();
  assert.equal(own, undefined);
  assert.equal(_links.author.href, `/v1/authors/${AUTHOR}`);
  assert.equal(_embedded.author.name, "Ada");
  assert.equal(_embedded.author._links.self.href, `/v1/authors/${AUTHOR}`);
});

test("the caller's weights decide between JSON and HAL", async () => {
  const typeFor = async (accept: string) => (await get(path, { accept })).headers["content-type"];
  assert.equal(await typeFor("*/*"), "application/json");
  assert.equal(await typeFor("application/*"), "application/json");
  assert.equal(await typeFor("application/json;q=0.5, application/hal+json"), "application/hal+json");
  assert.equal(await typeFor("application/hal+json;q=0.1, */*;q=0.2"), "application/json");
  assert.equal(await typeFor("text/html, application/json; charset=utf-8;q=0.9"), "application/json");
  assert.equal(await typeFor("text/html"), "application/problem+json");
});

test("long answers are compressed as the caller likes, short ones are not", async () => {
  library.store.put(book({ summary: "word ".repeat(1000) }));
  const plain = await get(path);
  const decoders = { gzip: gunzipSync, br: brotliDecompressSync, zstd: zstdDecompressSync };
  for (const [coding, decode] of Object.entries(decoders)) {
    for (const send of [http1, http2]) {
      const answer = await send(library.url + path, { headers: { "accept-encoding": coding } });
      assert.equal(answer.headers["content-encoding"], coding);
      assert.ok(answer.bytes.length < plain.bytes.length / 5);
      assert.equal(decode(answer.bytes).toString(), plain.text);
      assert.match(String(answer.headers.vary), /Accept-Encoding/);
    }
  }
  const codingFor = async (accept: string) =>
    (await get(path, { "accept-encoding": accept })).headers["content-encoding"];
  assert.equal(await codingFor("gzip, deflate, br, zstd"), "zstd");
  assert.equal(await codingFor("gzip;q=1.0, br;q=0.5"), "gzip");
  assert.equal(await codingFor("deflate"), undefined);
  assert.equal(await codingFor("identity"), undefined);
  assert.equal(await codingFor("gzip;q=0"), undefined);
  assert.equal(await codingFor("*"), "zstd");
  assert.equal(await codingFor("gzip;q=0.5, identity;q=1"), undefined);
  library.store.put(book());
  assert.equal((await get(path, { "accept-encoding": "gzip" })).headers["content-encoding"], undefined);
});

test("very long answers are compressed off the main thread", async () => {
  const summary = Array.from({ length: 9000 }, (_, at) => at.toString(36)).join(" ");
  const large = await openLibrary({
    execute: () => ({
      ok: true,
      kind: "ok",
      value: { ...book(), summary },
      id: BOOK,
      version: 1,
      replayed: false,
    }),
  });
  for (const [coding, decode] of Object.entries({
    gzip: gunzipSync,
    br: brotliDecompressSync,
    zstd: zstdDecompressSync,
  })) {
    const answer = await http1(large.url + path, { headers: { "accept-encoding": coding } });
    assert.equal(JSON.parse(decode(answer.bytes).toString()).summary, summary);
  }
  await large.close();
});
