import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { decode, encode } from "cbor2";
import { http1 } from "../../../../test/support/http-clients.ts";
import { AUTHOR, BOOK, book, openLibrary, type TestLibrary } from "../../../../test/support/library.ts";

let library: TestLibrary;
const path = `/v1/books/${BOOK}`;
const get = (where: string, accept: string, headers: Record<string, string> = {}) =>
  http1(library.url + where, { headers: { accept, ...headers } });
const post = (where: string, body: Uint8Array | string, headers: Record<string, string> = {}) =>
  http1(library.url + where, {
    method: "POST",
    headers: { "content-type": "application/cbor", ...headers },
    body,
  });
const ADMIN = { authorization: "Bearer admin" };

before(async () => {
  library = await openLibrary();
});
after(() => library.close());

test("Accept chooses the media type, by weight, and Vary says so", async () => {
  const list = "/v1/books";
  const cases: readonly (readonly [where: string, accept: string, type: string | undefined])[] = [
    [path, "*/*", "application/json"],
    [path, "application/cbor", "application/cbor"],
    [path, "application/json;q=0.5, application/cbor", "application/cbor"],
    [path, "application/*;q=0.2, application/cbor;q=0.1", "application/json"],
    [path, "application/cbor;q=0", undefined],
    [path, "text/csv", undefined],
    [path, "application/x-ndjson", undefined],
    [list, "text/csv", "text/csv; charset=utf-8; header=present"],
    [list, "text/*", "text/csv; charset=utf-8; header=present"],
    [list, "application/x-ndjson", "application/x-ndjson"],
    [list, "text/csv;q=0.5, application/x-ndjson;q=0.6, application/cbor;q=0.4", "application/x-ndjson"],
    ["/v1/greet?name=Ada", "application/cbor", "application/cbor"],
    ["/v1/greet?name=Ada", "application/hal+json", undefined],
  ];
  for (const [where, accept, type] of cases) {
    const answer = await get(where, accept);
    assert.equal(answer.status, type === undefined ? 406 : 200, `${where} ${accept}`);
    const expected = type ?? "application/problem+json";
    assert.equal(answer.headers["content-type"], expected, `${where} ${accept}`);
    if (type !== undefined) assert.match(answer.headers.vary ?? "", /^Accept, /);
  }
});

test("each representation has an entity tag of its own, and 304 for it", async () => {
  const tags = new Set<unknown>();
  for (const where of [path, "/v1/books"]) {
    for (const type of ["json", "hal+json", "cbor", "x-ndjson"].slice(0, where === path ? 3 : 4)) {
      const accept = `application/${type}`;
      const { etag = "" } = (await get(where, accept)).headers;
      assert.match(etag, /^"/);
      assert.ok(!tags.has(etag), `${where} ${type}`);
      tags.add(etag);
      assert.equal((await get(where, accept, { "if-none-match": etag })).status, 304);
    }
  }
});

test("CBOR says what JSON says", async () => {
  for (const where of [path, "/v1/books", "/v1/greet?name=Ada"]) {
    const [json, cbor] = [await get(where, "application/json"), await get(where, "application/cbor")];
    assert.deepEqual(decode(cbor.bytes), json.json());
    assert.equal(Number(cbor.headers["content-length"]), cbor.bytes.length);
  }
});

test("a body in CBOR is the same request as in JSON: its key replays either in the form asked for", async () => {
  const value = { title: "In CBOR", author: AUTHOR, subtitle: null, tags: ["a"] };
  const headers = { ...ADMIN, "idempotency-key": "cbor-1" };
  const first = await post("/v1/books", encode(value), { ...headers, accept: "application/cbor" });
  assert.equal(first.status, 201);
  const made = decode<Record<string, unknown>>(first.bytes);
  assert.equal(made.title, "In CBOR");
  const { tags, subtitle, author, title } = value;
  const again = await post("/v1/books", JSON.stringify({ tags, subtitle, author, title }), {
    ...headers,
    "content-type": "application/json",
  });
  assert.equal(again.headers["idempotent-replayed"], "true");
  assert.deepEqual(again.json(), made);
  const other = await post("/v1/books", encode({ ...value, title: "Another" }), headers);
  assert.equal(other.json().code, "idempotency_key_reused");
});

test("a patch in CBOR is a merge patch", async () => {
  const patched = await http1(library.url + path, {
    method: "PATCH",
    headers: { ...ADMIN, "content-type": "application/cbor" },
    body: encode({ title: "Patched", size: { height: 30 } }),
  });
  assert.deepEqual([patched.status, patched.json().size], [200, { width: 10, height: 30 }]);
  library.store.put(book());
});

test("what is not CBOR, and what it cannot mean, is refused with its place", async () => {
  const bytes = (hex: string) => Buffer.from(hex, "hex");
  const broken: readonly (readonly [hex: string, offset: number])[] = [
    ["a1646e6f7465", 6],
    ["a2646e6f74656161646e6f74656162", 8],
    ["a1646e6f7465c074323031332d30332d32315432303a30343a30305a", 6],
    ["a1646e6f746562c328", 6],
    ["a1646e6f7465616100", 8],
    ["9bffffffffffffffff", 0],
    ["81".repeat(2000), 64],
    ["9f".repeat(2000), 64],
  ];
  for (const [hex, offset] of broken) {
    const answer = await post("/v1/measure", bytes(hex));
    assert.deepEqual([answer.status, answer.json().code], [400, "malformed_request"], hex);
    assert.deepEqual(answer.json().data, { offset }, hex);
  }
  const wrong = await post("/v1/measure", encode({ note: new Uint8Array([1]), other: 1 }));
  assert.equal(wrong.status, 422);
  assert.deepEqual(
    wrong.json().errors.map(({ pointer, code }: Record<string, string>) => [pointer, code]),
    [
      ["/note", "wrong_type"],
      ["/other", "unknown_field"],
    ],
  );
  assert.match(wrong.text, /found a byte string/);
  assert.equal((await post("/v1/measure", new Uint8Array(5000))).status, 413);
});

test("a list as CSV: one page of it, with the Link to the next", async () => {
  library.store.put(book({ id: "boo_00000000000000000000000002", title: 'Say "hi", all', subtitle: null }));
  const answer = await get("/v1/books?fields=title,subtitle,author.name&limit=1&sort=title", "text/csv");
  assert.equal(answer.text.split("\r\n")[0], "title,subtitle,author.name");
  assert.match(String(answer.headers.link), /rel="next"/);
  const all = await get("/v1/books?fields=title,subtitle,size,cost&sort=title", "text/csv", ADMIN);
  const lines = all.text.split("\r\n");
  assert.equal(lines[0], "title,subtitle,size,cost");
  assert.ok(lines.includes('"Say ""hi"", all",,"{""width"":10,""height"":20}",7'));
  assert.ok(lines.includes('Notes,On engines,"{""width"":10,""height"":20}",7'));
  const whole = await get("/v1/books", "text/csv");
  assert.equal(
    whole.text.split("\r\n")[0]?.includes("cost"),
    false,
    "what the caller may not see is no column",
  );
});

test("a list as NDJSON: its rows, each on a line", async () => {
  const [json, lines] = [
    await get("/v1/books", "application/json"),
    await get("/v1/books", "application/x-ndjson"),
  ];
  assert.deepEqual(
    lines.text
      .split("\n")
      .slice(0, -1)
      .map((line) => JSON.parse(line)),
    json.json().data,
  );
  assert.equal(lines.headers.link, json.headers.link);
});
