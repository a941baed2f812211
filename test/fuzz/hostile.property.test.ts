import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import fc from "fast-check";
import "../support/seed.ts";
import { databases } from "../support/databases.ts";
import { http1, http2, openRaw, type TestAnswer } from "../support/http-clients.ts";
import { model, openShelf, type Shelf } from "./shelf.ts";

const anyText = fc.oneof(
  fc.constantFrom("", "a", "1", "null", "\\u0000", "é😀", "../..", "%2e%2e", "' or 1=1 --", "x".repeat(300)),
  fc.string({ unit: "grapheme", maxLength: 30 }),
  fc.string({ unit: "binary-ascii", maxLength: 30 }),
);
const segment = fc.oneof(
  fc.constantFrom(
    "items",
    "echo",
    "secret",
    "batch",
    "paint",
    "v1",
    "itm_01arz3ndektsv4rrffq69g5fav",
    "itm_x",
    "",
    ".",
  ),
  anyText.map(encodeURIComponentSafely),
);
/** Values of the fields that requests are made of: right ones, wrong ones, and none of them. */
const bodyValue = fc.oneof(
  fc.record(
    {
      name: fc.oneof(anyText, fc.integer()),
      rank: fc.oneof(fc.integer(), fc.double(), fc.constantFrom(null, "1", [])),
      size: fc.oneof(fc.constantFrom("9007199254740993", "-0", "1e3", 5), fc.integer()),
      price: fc.constantFrom("1.00", "1.001", "1e400", 1),
      at: fc.constantFrom("2026-01-01T00:00:00Z", "2026-02-30T00:00:00Z", "now", 0),
      kind: fc.constantFrom("red", "pink", null),
      note: fc.jsonValue(),
      tags: fc.array(anyText, { maxLength: 5 }),
      parent: fc.constantFrom("itm_01arz3ndektsv4rrffq69g5fav", "x"),
      __proto__: fc.constant({ a: 1 }),
    },
    { requiredKeys: [] },
  ),
  fc.record({
    atomic: fc.boolean(),
    requests: fc.array(
      fc.record({
        method: fc.constantFrom("GET", "POST", "PUT"),
        path: fc.constantFrom("/v1/items", "/v1/nowhere", "/v1/batch"),
        body: fc.jsonValue(),
      }),
      { maxLength: 4 },
    ),
  }),
  fc.array(
    fc.record({
      op: fc.constantFrom("add", "remove", "test"),
      path: fc.constantFrom("/name", "/rank", "/x/y", ""),
      value: fc.jsonValue(),
    }),
    { maxLength: 3 },
  ),
  fc.jsonValue(),
);
const body = fc.oneof(
  { arbitrary: bodyValue.map((value) => JSON.stringify(value)), weight: 5 },
  fc.uint8Array({ maxLength: 60 }),
  fc.constantFrom("{", "[[[[", '{"a":1,"a":2}', '"\\ud800"', "1e999", "\ufeff{}", "{}".repeat(400)),
);
const headerText = fc
  .oneof(
    anyText,
    fc.constantFrom("*", "bytes=0-1", '"1"', 'W/"1"', "q=1", "return=minimal, wait=1", "gzip;q=0"),
  )
  .map((text) => text.replace(/[^\t\x20-\x7e]/g, ""));
const headers = fc.record(
  {
    accept: fc.oneof(
      headerText,
      fc.constantFrom(
        "application/hal+json",
        "text/csv",
        "application/x-ndjson",
        "application/cbor",
        "*/*;q=0",
      ),
    ),
    "accept-encoding": headerText,
    "content-type": fc.oneof(
      headerText,
      fc.constantFrom(
        "application/json",
        "application/json",
        "application/json",
        "application/json-patch+json",
        "application/merge-patch+json",
        "application/cbor",
        "text/plain",
        "multipart/form-data; boundary=x",
      ),
    ),
    "content-encoding": fc.constantFrom("identity", "gzip", "x"),
    "idempotency-key": headerText,
    "if-match": headerText,
    "if-none-match": headerText,
    "if-modified-since": headerText,
    prefer: headerText,
    range: headerText,
    authorization: fc.oneof(headerText, fc.constant("Bearer ck_live_0123456789")),
    "x-api-key": headerText,
    "x-request-id": headerText,
    "x-request-timeout-ms": fc.constantFrom("5000", "0", "x", "99999999999"),
    "x-forwarded-for": headerText,
    traceparent: headerText,
    expect: fc.constantFrom("100-continue", "x"),
  },
  { requiredKeys: [] },
);
const query = fc
  .array(
    fc.tuple(
      fc.constantFrom(
        "limit",
        "sort",
        "rank",
        "size[gte]",
        "q",
        "fields",
        "expand",
        "cursor",
        "offset",
        "text",
        "times",
        "x",
      ),
      anyText,
    ),
    { maxLength: 3 },
  )
  .map((pairs) => pairs.map(([name, value]) => `${name}=${encodeURIComponentSafely(value)}`).join("&"));
const request = fc.record({
  method: fc.constantFrom("GET", "GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE"),
  path: fc.array(segment, { maxLength: 4 }).map((segments) => `/v1/${segments.join("/")}`),
  query,
  headers,
  body: fc.option(body, { nil: undefined }),
});

/** Paths of operations, so that most requests get past the routes. */
const paths = Object.values(model.operations).flatMap(({ http }) =>
  http ? [{ method: http.method, path: `/v1${http.path}` }] : [],
);
const known = fc
  .tuple(fc.constantFrom(...paths), request, fc.boolean())
  .map(([{ method, path }, made, isThere]) => ({
    ...made,
    method,
    path: path.replace("{id}", isThere ? "itm_01arz3ndektsv4rrffq69g5fav" : "itm_zzzzzzzzzzzzzzzzzzzzzzzzzz"),
    headers: { "content-type": "application/json", ...made.headers },
  }));

/** HTTP/2 has no white space around values (RFC 9113 section 8.2.1); HTTP/1.1 leaves it out when it reads. */
function trimmed(given: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(given).map(([name, value]) => [name, value.trim()]));
}

for (const database of databases()) {
  const numRuns = database.kind === "pglite" ? 300 : 800;
  describe(`hostile requests on ${database.name}`, () => {
    let shelf: Shelf;
    before(async () => {
      shelf = await openShelf(database);
    });
    after(() => shelf.close());

    const isWell = async () => {
      assert.deepEqual(shelf.faults, []);
      assert.equal((await http1(`${shelf.url}/readyz`)).status, 200);
    };

    for (const [version, send] of [
      ["HTTP/1.1", http1],
      ["HTTP/2", http2],
    ] as const) {
      test(`${version}: no request gets a 5xx or waits for ever, and every error is a problem`, async () => {
        await fc.assert(
          fc.asyncProperty(
            fc.oneof({ arbitrary: known, weight: 3 }, request),
            async ({ method, path, query: asked, headers: given, body: sent }) => {
              // What node's own client refuses to send, or waits for: the raw fuzz below sends such things.
              const { expect: _, ...allowed } = given;
              const sendable = version === "HTTP/2" ? trimmed(allowed) : allowed;
              if (version === "HTTP/2" && method === "TRACE") return;
              const target = `${shelf.url}${path}${asked === "" ? "" : `?${asked}`}`;
              const withBody = sent !== undefined && !["GET", "HEAD", "TRACE", "OPTIONS"].includes(method);
              const answer = await send(target, {
                method,
                headers: sendable,
                ...(withBody ? { body: sent } : {}),
              });
              holds(answer, `${method} ${path}?${asked} ${JSON.stringify(sendable)} ${JSON.stringify(sent)}`);
            },
          ),
          { numRuns },
        );
        await isWell();
      });
    }

    test("any bytes on a connection end it or are answered, never with a 5xx", async () => {
      const line = fc.oneof(
        fc.constantFrom(
          "GET /v1/items HTTP/1.1\r\n",
          "POST /v1/items HTTP/1.1\r\n",
          "Host: a\r\n",
          "Content-Length: 5\r\n",
          "Transfer-Encoding: chunked\r\n",
          "Content-Type: application/json\r\n",
          "Connection: close\r\n",
          "\r\n",
          "\r\n\r\n",
          '5\r\n{"a":\r\n',
          "0\r\n\r\n",
          "{}",
          "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
          "\u0000\u0000\u0000\u0004\u0000\u0000\u0000\u0000\u0000",
          "Expect: 100-continue\r\n",
        ),
        fc.uint8Array({ maxLength: 30 }).map((bytes) => Buffer.from(bytes).toString("latin1")),
      );
      await fc.assert(
        fc.asyncProperty(fc.array(line, { minLength: 1, maxLength: 8 }), async (lines) => {
          const connection = openRaw(shelf.port, lines.join(""));
          connection.socket.end();
          const seen = await connection.closed().catch((error: Error) => {
            // A reset is an end too; one that does not end is a fault.
            if (/closed/.test(error.message)) return connection.received();
            throw error;
          });
          for (const [, status] of seen.matchAll(/HTTP\/1\.1 (\d{3})/g))
            assert.ok(Number(status) < 500, `${JSON.stringify(lines)}: ${seen}`);
        }),
        { numRuns: 150 },
      );
      await isWell();
    });
  });
}

function holds({ status, headers: answered, text }: TestAnswer, what: string): void {
  assert.ok(status < 500, `${what}: ${status} ${text}`);
  assert.ok(answered["x-request-id"], what);
  if (status < 400 || text === "") return;
  assert.match(String(answered["content-type"]), /^application\/problem\+json/, what);
  const problem = JSON.parse(text);
  assert.equal(problem.status, status, what);
  assert.match(problem.code, /^[a-z_]+$/, what);
}

function encodeURIComponentSafely(text: string): string {
  return encodeURIComponent(text.toWellFormed());
}
