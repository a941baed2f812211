import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { http1, http2, type TestClient } from "../../../../test/support/http-clients.ts";
import { AUTHOR, BOOK, openLibrary, type TestLibrary } from "../../../../test/support/library.ts";
import { ApiError } from "../../../base/errors/index.ts";

const CLIENTS: readonly (readonly [string, TestClient])[] = [
  ["HTTP/1.1", http1],
  ["HTTP/2", http2],
];
const ADMIN = { authorization: "Bearer admin" };
const JSON_TYPE = { "content-type": "application/json" };

for (const [version, send] of CLIENTS) {
  describe(`REST over ${version}`, () => {
    let library: TestLibrary;
    let failure: ApiError | undefined;
    const ask: TestClient = (path, request) => send(library.url + path, request);

    before(async () => {
      library = await openLibrary({
        execute: () => failure && { ok: false, error: failure, replayed: false },
      });
    });
    after(() => library.close());

    test("200: a row, with validators and the id of the request", async () => {
      const answer = await ask(`/v1/books/${BOOK}`);
      assert.equal(answer.status, 200);
      assert.equal(answer.json().title, "Notes");
      assert.equal(answer.headers["content-type"], "application/json");
      assert.equal(answer.headers["cache-control"], "private, no-cache");
      assert.match(answer.headers.etag ?? "", /^"v1\.[0-9a-z]+"$/);
      assert.equal(answer.headers["last-modified"], "Thu, 01 Jan 2026 00:00:00 GMT");
      assert.match(String(answer.headers["x-request-id"]), /^req_/);
      assert.equal(answer.headers["content-length"], String(answer.bytes.length));
    });

    test("HEAD: the same headers and no body", async () => {
      const [get, head] = [
        await ask(`/v1/books/${BOOK}`),
        await ask(`/v1/books/${BOOK}`, { method: "HEAD" }),
      ];
      assert.equal(head.status, 200);
      assert.equal(head.bytes.length, 0);
      for (const name of ["etag", "content-length", "content-type", "last-modified", "vary"]) {
        assert.equal(head.headers[name], get.headers[name], name);
      }
    });

    test("200: a list, with links to its neighbours", async () => {
      const answer = await ask("/v1/books?limit=1&status=new");
      assert.equal(answer.status, 200);
      assert.equal(answer.json().data.length, 1);
      assert.match(String(answer.headers.link), /^<\/v1\/books\?limit=1&status=new>; rel="first"/);
      assert.match(answer.headers.etag ?? "", /^"[0-9A-Za-z_-]{22}"$/);
      assert.deepEqual(library.calls.at(-1)?.list, { limit: 1, filter: { status: { in: ["new"] } } });
    });

    test("201: Location, ETag, and the row; 204 when deleted, then 404", async () => {
      const body = JSON.stringify({ title: "New", author: AUTHOR, subtitle: "Sub", tags: [] });
      const made = await ask("/v1/books", { method: "POST", headers: { ...ADMIN, ...JSON_TYPE }, body });
      assert.equal(made.status, 201);
      const path = made.headers.location ?? "";
      assert.equal(path, `/v1/books/${made.json().id}`);
      assert.equal(made.headers["content-location"], path);
      assert.equal(made.headers.etag, (await ask(path, { headers: ADMIN })).headers.etag);
      const gone = await ask(path, { method: "DELETE", headers: ADMIN });
      assert.equal(gone.status, 204);
      assert.equal(gone.bytes.length, 0);
      assert.equal(gone.headers["content-length"], undefined);
      assert.equal((await ask(path)).status, 404);
      assert.equal((await ask(path, { method: "DELETE", headers: ADMIN })).status, 404);
    });

    test("204: a command without output; Deprecation (RFC 9745) and a link to the reference", async () => {
      const answer = await ask("/v1/tidy-up", { method: "POST" });
      assert.equal(answer.status, 204);
      assert.equal(answer.headers.deprecation, "@1767225600");
      assert.equal(answer.headers.link, '</docs>; rel="deprecation"; type="text/html"');
    });

    test("an operation without input takes an empty object and nothing more", async () => {
      const send = (body: string) => ask("/v1/tidy-up", { method: "POST", headers: JSON_TYPE, body });
      assert.equal((await send("{}")).status, 204);
      assert.equal((await send('{"a":1}')).status, 422);
    });

    test("Prefer (RFC 7240): return=minimal leaves the body out, and says so", async () => {
      const body = JSON.stringify({ title: "New", author: AUTHOR, subtitle: "Sub", tags: [] });
      const headers = { ...ADMIN, ...JSON_TYPE, prefer: "respond-async, return=minimal" };
      const made = await ask("/v1/books", { method: "POST", headers, body });
      assert.equal(made.status, 201);
      assert.equal(made.bytes.length, 0);
      assert.equal(made.headers["preference-applied"], "return=minimal");
      assert.ok(made.headers.location && made.headers.etag);
      const patched = await ask(made.headers.location, {
        method: "PATCH",
        headers,
        body: '{"title":"Other"}',
      });
      assert.equal(patched.status, 204);
      assert.match(patched.headers.etag ?? "", /^"v2\./);
      const full = { ...headers, prefer: "return=representation" };
      const shown = await ask(made.headers.location, {
        method: "PATCH",
        headers: full,
        body: '{"title":"Third"}',
      });
      assert.equal(shown.status, 200);
      assert.equal(shown.headers["preference-applied"], "return=representation");
      assert.equal(shown.json().title, "Third");
    });

    test("400: JSON that is not valid names the place", async () => {
      const answer = await ask("/v1/measure", {
        method: "POST",
        headers: JSON_TYPE,
        body: '{\n "note": oops }',
      });
      assert.equal(answer.status, 400);
      const problem = answer.json();
      assert.equal(answer.headers["content-type"], "application/problem+json");
      assert.equal(answer.headers["cache-control"], "no-store");
      assert.equal(problem.code, "malformed_request");
      assert.deepEqual(problem.data, { line: 2, column: 10, offset: 11 });
      assert.equal(problem.requestId, answer.headers["x-request-id"]);
      assert.equal(problem.instance, "/v1/measure");
      assert.equal(problem.status, 400);
      assert.equal((await ask(problem.type)).json().title, problem.title);
    });

    test("400: bodies that are not UTF-8, with duplicate keys, prototype keys or lone surrogates", async () => {
      const bodies = [
        Buffer.from('{"note":"\xff"}', "latin1"),
        '{"note":"a","note":"b"}',
        '{"__proto__":{}}',
        '{"note":"\\ud800"}',
        `${"[".repeat(100)}${"]".repeat(100)}`,
        "\ufeff{}",
        '{"note":1e999}',
      ];
      for (const body of bodies) {
        const answer = await ask("/v1/measure", { method: "POST", headers: JSON_TYPE, body });
        assert.equal(answer.status, 400, String(body));
        assert.equal(answer.json().code, "malformed_request");
      }
    });

    test("400: unknown and repeated query parameters, naming what is allowed", async () => {
      const answer = await ask(`/v1/books/${BOOK}?field=title&expand=author&fields=`);
      assert.equal(answer.status, 400);
      assert.equal(answer.json().code, "invalid_parameter");
      assert.deepEqual(
        answer.json().errors.map(({ pointer, code }: { pointer: string; code: string }) => [pointer, code]),
        [
          ["?field", "unknown_parameter"],
          ["?fields", "bad_format"],
        ],
      );
      assert.match(answer.json().errors[0].message, /fields, expand/);
      assert.equal((await ask("/v1/books?limit=1&limit=2")).json().errors[0].code, "duplicate_parameter");
      assert.equal((await ask("/v1/books?limit=-1&total=yes")).json().errors.length, 2);
      assert.equal((await ask("/v1/books?q=%zz")).json().code, "malformed_request");
      assert.match((await ask("/v1/books?colour=red")).json().errors[0].message, /status, author/);
    });

    test("a query with input in the query string", async () => {
      const answer = await ask("/v1/greet?name=Ada+B%2E&times=2&loud=true");
      assert.deepEqual(answer.json(), { text: "Hello Ada B., Hello Ada B." });
      assert.equal(answer.headers["cache-control"], "public, max-age=60");
      assert.deepEqual(library.calls.at(-1)?.input, { name: "Ada B.", times: 2, loud: true });
      const wrong = await ask("/v1/greet?name=a&times=x");
      assert.equal(wrong.status, 422);
      assert.equal(wrong.json().errors[0].pointer, "/times");
    });

    test("401: with WWW-Authenticate, which tells a bad key from none", async () => {
      const none = await ask(`/v1/books/${BOOK}`, { method: "DELETE" });
      assert.equal(none.status, 401);
      assert.equal(none.headers["www-authenticate"], 'Bearer realm="library"');
      const bad = await ask(`/v1/books/${BOOK}`, { headers: { "x-api-key": "nobody" } });
      assert.equal(bad.status, 401);
      assert.equal(bad.headers["www-authenticate"], 'Bearer realm="library", error="invalid_token"');
      const basic = await ask(`/v1/books/${BOOK}`, { headers: { authorization: "Basic YTpi" } });
      assert.equal(basic.status, 401);
      const two = { authorization: "Bearer admin", "x-api-key": "other" };
      assert.equal((await ask(`/v1/books/${BOOK}`, { headers: two })).status, 400);
      assert.equal((await ask(`/v1/books/${BOOK}`, { headers: { "x-api-key": "admin" } })).json().cost, 7);
    });

    test("404: unknown paths, other case, a slash at the end, empty segments", async () => {
      const paths = [
        "/nothing",
        "/v1/Books",
        "/v1/books/",
        "/v1//books",
        "/V1/books",
        "/v1/books/%2F",
        "/v2",
      ];
      for (const path of paths) {
        const answer = await ask(path);
        assert.equal(answer.status, 404, path);
        assert.equal(answer.json().code, "not_found");
      }
      assert.match((await ask("/v1/books/")).json().detail, /no slash at the end: \/v1\/books$/);
      assert.equal(
        (await ask(`/v1/b%6Foks/${BOOK}`)).status,
        200,
        "an escape that was not needed is the same path",
      );
    });

    test("405 with Allow; OPTIONS with Allow and the patch formats", async () => {
      const answer = await ask("/v1/books", { method: "DELETE" });
      assert.equal(answer.status, 405);
      assert.equal(answer.headers.allow, "GET, HEAD, POST, OPTIONS");
      const options = await ask(`/v1/books/${BOOK}`, { method: "OPTIONS" });
      assert.equal(options.status, 204);
      assert.equal(options.headers.allow, "GET, HEAD, PUT, PATCH, DELETE, OPTIONS");
      assert.match(String(options.headers["accept-patch"]), /merge-patch\+json.*json-patch\+json/);
      assert.equal((await ask("/", { method: "POST" })).headers.allow, "GET, HEAD, OPTIONS");
    });

    test("406: before anything is done", async () => {
      const calls = library.calls.length;
      const headers = { ...ADMIN, ...JSON_TYPE, accept: "text/html, application/json;q=0" };
      const answer = await ask("/v1/books", { method: "POST", headers, body: "{}" });
      assert.equal(answer.status, 406);
      assert.equal(library.calls.length, calls);
    });

    test("413: by Content-Length, and by what comes", async () => {
      const body = JSON.stringify({ note: "x".repeat(5000) });
      const answer = await ask("/v1/measure", { method: "POST", headers: JSON_TYPE, body });
      assert.equal(answer.status, 413);
      assert.equal(answer.json().data.maxBytes, 4096);
    });

    test("415: no or another Content-Type, another charset, a coded body", async () => {
      const post = (headers: Record<string, string>) =>
        ask("/v1/measure", { method: "POST", headers, body: "{}" });
      assert.equal((await post({})).status, 415);
      assert.equal((await post({ "content-type": "text/plain" })).status, 415);
      assert.equal((await post({ "content-type": "application/json; charset=latin1" })).status, 415);
      const coded = await post({ ...JSON_TYPE, "content-encoding": "gzip" });
      assert.equal(coded.status, 415);
      assert.equal(coded.headers["accept-encoding"], "identity");
      assert.equal((await post({ "content-type": 'Application/JSON; charset="UTF-8"' })).status, 422);
    });

    test("422: all violations at once, with pointers", async () => {
      const body = JSON.stringify({ title: "", author: "x", tags: "y", colour: 1 });
      const answer = await ask("/v1/books", { method: "POST", headers: { ...ADMIN, ...JSON_TYPE }, body });
      assert.equal(answer.status, 422);
      const pointers = answer
        .json()
        .errors.map(({ pointer }: { pointer: string }) => pointer)
        .sort();
      assert.deepEqual(pointers, ["/author", "/colour", "/subtitle", "/tags", "/title"]);
    });

    test("428 where declared, 412 for another version, 409 for the wrong state", async () => {
      const body = JSON.stringify({ title: "T", author: AUTHOR, subtitle: "S", tags: [] });
      const put = (headers: Record<string, string>) =>
        ask(`/v1/books/${BOOK}`, { method: "PUT", headers: { ...ADMIN, ...JSON_TYPE, ...headers }, body });
      assert.equal((await put({})).status, 428);
      assert.equal((await put({ "if-match": '"v99.abc"' })).status, 412);
      assert.equal((await put({ "if-match": '"somebody-elses"' })).status, 412);
      assert.equal((await put({ "if-match": 'W/"v1.abc"' })).status, 412);
      assert.equal((await put({ "if-match": "v1" })).status, 400);
      const lend = () => ask(`/v1/books/${BOOK}/lend`, { method: "POST" });
      assert.equal((await lend()).json().status, "lent");
      const again = await lend();
      assert.equal(again.status, 409);
      assert.deepEqual(again.json().data, { field: "status", state: "lent", allowed: ["new"] });
    });

    test("the other statuses as the engine names them, with Retry-After where it helps", async () => {
      const cases: readonly (readonly [ApiError, number, string | undefined])[] = [
        [new ApiError("forbidden", "No."), 403, undefined],
        [new ApiError("gone", "No more."), 410, undefined],
        [new ApiError("idempotency_in_progress", "Wait.", { retryAfterSeconds: 1 }), 409, "1"],
        [new ApiError("rate_limited", "Slow down.", { retryAfterSeconds: 30 }), 429, "30"],
        [new ApiError("internal", "Sorry.", { cause: new Error("secret") }), 500, undefined],
        [new ApiError("upstream_failed", "Sorry."), 502, undefined],
        [new ApiError("unavailable", "Soon.", { retryAfterSeconds: 2 }), 503, "2"],
        [new ApiError("deadline_exceeded", "Late."), 504, undefined],
        [
          new ApiError("not_here", "Away.", {
            status: 409,
            title: "Not here",
            data: { until: "2026-02-01" },
          }),
          409,
          undefined,
        ],
      ];
      for (const [error, status, retryAfter] of cases) {
        failure = error;
        const answer = await ask(`/v1/books/${BOOK}`);
        assert.equal(answer.status, status);
        assert.equal(answer.headers["retry-after"], retryAfter);
        assert.equal(answer.json().code, error.code);
        assert.deepEqual(answer.json().data, error.data);
        assert.ok(!answer.text.includes("secret"));
      }
      failure = undefined;
    });

    test("Idempotency-Key: quoted and bare are one key; the answer is replayed; another body is 422", async () => {
      const book = { title: "Once", author: AUTHOR, subtitle: "S", tags: [] };
      const post = (key: string, title = "Once") =>
        ask("/v1/books", {
          method: "POST",
          headers: { ...ADMIN, ...JSON_TYPE, "idempotency-key": key },
          body: JSON.stringify({ ...book, title }),
        });
      const first = await post(`${version}-1`);
      const second = await post(`"${version}-1"`);
      assert.equal(first.headers["idempotent-replayed"], undefined);
      assert.equal(second.headers["idempotent-replayed"], "true");
      assert.equal(second.status, 201);
      assert.equal(second.text, first.text);
      for (const name of ["location", "etag", "content-location"])
        assert.equal(second.headers[name], first.headers[name]);
      assert.equal((await post(`${version}-1`, "Twice")).json().code, "idempotency_key_reused");
      assert.equal((await post('"a b')).status, 400);
      assert.equal((await post("")).status, 400);
    });

    test("X-Request-Id and traceparent go through; unusable ones do not", async () => {
      const traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
      const good = await ask(`/v1/books/${BOOK}`, { headers: { "x-request-id": "abc-1", traceparent } });
      assert.equal(good.headers["x-request-id"], "abc-1");
      assert.equal(good.headers.traceparent, traceparent);
      assert.equal(library.calls.at(-1)?.meta.traceparent, traceparent);
      const bad = await ask(`/v1/books/${BOOK}`, {
        headers: { "x-request-id": "a b", traceparent: "00-0-0-0" },
      });
      assert.match(String(bad.headers["x-request-id"]), /^req_/);
      assert.equal(bad.headers.traceparent, undefined);
    });

    test("X-Request-Timeout-Ms is the caller's deadline", async () => {
      await ask(`/v1/books/${BOOK}`, { headers: { "x-request-timeout-ms": "1500" } });
      assert.equal(library.calls.at(-1)?.meta.timeoutMs, 1500);
      for (const value of ["0", "1.5", "soon", "-1", "99999999999"]) {
        const answer = await ask(`/v1/books/${BOOK}`, { headers: { "x-request-timeout-ms": value } });
        assert.equal(answer.status, 400, value);
      }
    });

    test("Prefer: wait is a deadline too; the sooner of both counts", async () => {
      for (const [headers, timeoutMs] of [
        [{ prefer: "wait=2" }, 2000],
        [{ prefer: "respond-async, wait=2", "x-request-timeout-ms": "1500" }, 1500],
        [{ prefer: "wait=1", "x-request-timeout-ms": "1500" }, 1000],
        [{ prefer: "wait=soon" }, undefined],
      ] as const) {
        await ask(`/v1/books/${BOOK}`, { headers });
        assert.equal(library.calls.at(-1)?.meta.timeoutMs, timeoutMs, headers.prefer);
      }
    });

    test("If-Unmodified-Since on a change is refused, not ignored", async () => {
      const headers = { ...ADMIN, "if-unmodified-since": "Thu, 01 Jan 2026 00:00:00 GMT" };
      assert.equal((await ask(`/v1/books/${BOOK}`, { method: "DELETE", headers })).status, 400);
    });

    test("documents: root, catalogue (RFC 9727) and OpenAPI, revalidated by ETag", async () => {
      const root = await ask("/");
      assert.equal(root.json()._links.books.href, "/v1/books");
      assert.equal(root.json()._links["service-desc"].href, "/openapi.json");
      assert.match(String(root.headers.link), /rel="api-catalog"/);
      const catalog = await ask("/.well-known/api-catalog");
      assert.match(
        catalog.headers["content-type"] ?? "",
        /^application\/linkset\+json; profile="https:\/\/www\.rfc-editor/,
      );
      assert.equal(catalog.json().linkset[0].anchor, "/v1");
      const openApi = await ask("/openapi.json");
      assert.equal(openApi.headers["content-type"], "application/json");
      assert.equal((await ask("/v1/openapi.json")).text, openApi.text);
      const again = await ask("/openapi.json", { headers: { "if-none-match": openApi.headers.etag ?? "" } });
      assert.equal(again.status, 304);
      assert.equal(again.bytes.length, 0);
      const special = await ask("/openapi.json", { headers: { accept: "application/openapi+json" } });
      assert.equal(special.headers["content-type"], "application/openapi+json");
    });
  });
}
