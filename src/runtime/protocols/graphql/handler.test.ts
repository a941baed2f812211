import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { auditServer } from "graphql-http";
import { serveShop } from "../../../../test/support/graphql-shop.ts";
import { http1, http2 } from "../../../../test/support/http-clients.ts";

const JSON_TYPE = { "content-type": "application/json" };
const MODERN = { ...JSON_TYPE, accept: "application/graphql-response+json" };
const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");
const search = (parameters: Record<string, string>) => `?${new URLSearchParams(parameters)}`;

async function shop(t: { after(fn: () => unknown): void }, ...options: Parameters<typeof serveShop>) {
  const served = await serveShop(...options);
  t.after(() => served.close());
  const post = (body: unknown, headers: Record<string, string> = MODERN) =>
    http1(served.url, {
      method: "POST",
      headers,
      body: typeof body === "string" || body instanceof Uint8Array ? body : JSON.stringify(body),
    });
  const get = (parameters: Record<string, string>, headers: Record<string, string> = {}) =>
    http1(served.url + search(parameters), { headers });
  return { ...served, post, get };
}

test("every audit of GraphQL over HTTP passes", async (t) => {
  const { url } = await shop(t);
  const results = await auditServer({ url });
  assert.ok(results.length > 60, `${results.length} audits`);
  const failed = results.filter(({ status }) => status !== "ok");
  assert.deepEqual(
    failed.map(({ id, name }) => `${id} ${name}`),
    [],
  );
});

test("a query is answered over HTTP/1.1 and HTTP/2, by POST and by GET", async (t) => {
  const { url } = await shop(t);
  const query = "query Q($name: String) { shop(name: $name) { name } }";
  const variables = { name: "Ärzte 🏥" };
  const expected = { data: { shop: variables } };
  for (const send of [http1, http2]) {
    const body = JSON.stringify({ query, variables, operationName: "Q" });
    const posted = await send(url, { method: "POST", headers: MODERN, body });
    assert.equal(posted.status, 200);
    assert.equal(posted.headers["content-type"], "application/graphql-response+json; charset=utf-8");
    assert.equal(posted.headers["cache-control"], "no-store");
    assert.match(String(posted.headers["x-request-id"]), /^req_/);
    assert.deepEqual(posted.json(), expected);
    const got = await send(url + search({ query, variables: JSON.stringify(variables) }));
    assert.equal(got.headers["content-type"], "application/json; charset=utf-8");
    assert.deepEqual(got.json(), expected);
  }
});

test("the trace of a request comes back with its answer", async (t) => {
  const { post } = await shop(t);
  const traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
  assert.equal(
    (await post({ query: "{ __typename }" }, { ...MODERN, traceparent })).headers.traceparent,
    traceparent,
  );
});

test("a mutation by GET is refused with 405 and does nothing, even beside a query of another name", async (t) => {
  const { get, log, url } = await shop(t);
  const query = 'query Q { __typename } mutation M { rename(name: "x") { id } }';
  const refused = await get({ query, operationName: "M" });
  assert.equal(refused.status, 405);
  assert.equal(refused.headers.allow, "POST");
  assert.equal(refused.json().errors[0].extensions.code, "method_not_allowed");
  assert.equal((await http1(url + search({ query, operationName: "M" }), { method: "HEAD" })).status, 405);
  assert.equal((await get({ query, operationName: "Q" })).status, 200);
  assert.deepEqual(log.renamed, []);
});

test("what pages of other sites can send unasked runs nothing", async (t) => {
  const { url, log } = await shop(t);
  const query = 'mutation { rename(name: "x") { id } }';
  const simple = ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"];
  for (const type of [...simple, "application/graphql", "application/json; charset=latin1", "/"]) {
    const body = type.startsWith("application/x")
      ? `query=${encodeURIComponent(query)}`
      : JSON.stringify({ query });
    const { status, headers, json } = await http1(url, {
      method: "POST",
      headers: { "content-type": type },
      body,
    });
    assert.equal(status, 415, type);
    assert.equal(headers["accept-post"], "application/json");
    assert.equal(json().errors[0].extensions.code, "unsupported_media_type");
  }
  assert.equal((await http1(url, { method: "POST", body: JSON.stringify({ query }) })).status, 415);
  assert.deepEqual(log.renamed, []);
});

test("other methods get 405 with Allow, OPTIONS says what there is, and 406 is told in JSON", async (t) => {
  const { url, post } = await shop(t);
  for (const method of ["PUT", "DELETE", "PATCH"]) {
    const { status, headers } = await http1(url, { method });
    assert.equal(status, 405);
    assert.equal(headers.allow, "GET, HEAD, POST, OPTIONS");
  }
  const options = await http1(url, { method: "OPTIONS" });
  assert.equal(options.status, 204);
  assert.equal(options.headers["accept-post"], "application/json");
  const picky = await post({ query: "{ __typename }" }, { ...JSON_TYPE, accept: "text/csv" });
  assert.equal(picky.status, 406);
  assert.equal(picky.json().errors[0].extensions.code, "not_acceptable");
});

test("a wrong document is 200 in application/json and 400 in the newer type, with a code and the request's id", async (t) => {
  const { post } = await shop(t);
  for (const query of ["{", "{ nothing }", "query A { __typename } query B { __typename }"]) {
    assert.equal((await post({ query }, { ...JSON_TYPE, accept: "application/json" })).status, 200, query);
    assert.equal((await post({ query })).status, 400, query);
  }
  const { headers, json } = await post({ query: "{ nothing }" });
  const [error] = json().errors;
  assert.equal(error.extensions.code, "malformed_request");
  assert.equal(error.extensions.requestId, headers["x-request-id"]);
  assert.deepEqual(error.locations, [{ line: 1, column: 3 }]);
  assert.ok(!("data" in json()));
});

test("an answer with data is 200 even where some of it failed", async (t) => {
  const { post } = await shop(t);
  const { status, json } = await post({ query: "{ broken shop { name } }" });
  assert.equal(status, 200);
  assert.equal(json().data.shop.name, "Corner");
  assert.equal(json().errors.length, 1);
});

test("a request that only better credentials can help is 401 with a challenge where the status may tell", async (t) => {
  const { post } = await shop(t);
  const modern = await post({ query: "{ secret }" });
  assert.equal(modern.status, 401);
  assert.equal(modern.headers["www-authenticate"], 'Bearer realm="shops"');
  const older = await post({ query: "{ secret }" }, { ...JSON_TYPE, accept: "application/json" });
  assert.equal(older.status, 200);
  assert.equal(older.headers["www-authenticate"], 'Bearer realm="shops"');
  const basic = await post({ query: "{ secret }" }, { ...MODERN, authorization: "Basic abc" });
  assert.equal(basic.status, 401);
  assert.equal(basic.json().errors[0].extensions.code, "unauthenticated");
  assert.equal((await post({ query: "{ secret }" }, { ...MODERN, authorization: "Bearer k" })).status, 200);
});

test("a list of requests is refused unless the contract declares batches, and then capped", async (t) => {
  const closed = await shop(t);
  const requests = [{ query: "{ shop { name } }" }, { query: "{" }, { query: "{ __typename }" }];
  const refused = await closed.post(requests);
  assert.equal(refused.status, 400);
  assert.match(refused.json().errors[0].message, /not taken in batches/);

  const open = await shop(t, { batch: { maxRequests: 3 } });
  const answers = (await open.post(requests)).json();
  assert.equal(answers.length, 3);
  assert.equal(answers[0].data.shop.name, "Corner");
  assert.equal(answers[1].errors[0].extensions.code, "malformed_request");
  assert.equal(answers[2].data.__typename, "Query");
  assert.equal((await open.post([...requests, ...requests])).status, 400);
  assert.equal((await open.post([])).status, 400);
  assert.equal((await open.post([7])).status, 400);
});

test("a document is named by its hash once it has come with it", async (t) => {
  const { post, get } = await shop(t);
  const query = "{ shop { name } }";
  const persistedQuery = { version: 1, sha256Hash: sha256(query) };
  const extensions = JSON.stringify({ persistedQuery });
  const unknown = await get({ extensions });
  assert.deepEqual(unknown.json().errors[0].message, "PersistedQueryNotFound");
  assert.equal(unknown.json().errors[0].extensions.code, "PERSISTED_QUERY_NOT_FOUND");
  assert.equal(unknown.headers["cache-control"], "no-store");
  assert.equal(unknown.status, 200);
  const expected = { data: { shop: { name: "Corner" } } };
  assert.deepEqual((await post({ query, extensions: { persistedQuery } })).json(), expected);
  assert.deepEqual((await get({ extensions })).json(), expected);
  assert.deepEqual((await get({ documentId: `sha256:${sha256(query)}` })).json(), expected);
  assert.deepEqual((await post({ documentId: `sha256:${sha256(query)}` })).json(), expected);
});

test("a hash that is not the document's, or none at all, is refused, and no wrong document is kept", async (t) => {
  const { post } = await shop(t);
  const other = { version: 1, sha256Hash: sha256("{ other }") };
  const wrong = await post({ query: "{ __typename }", extensions: { persistedQuery: other } });
  assert.equal(wrong.status, 400);
  assert.match(wrong.json().errors[0].message, /not that of/);
  for (const persistedQuery of [
    {},
    "x",
    { version: 2, sha256Hash: sha256("") },
    { version: 1, sha256Hash: "A" },
  ]) {
    assert.equal((await post({ query: "{ __typename }", extensions: { persistedQuery } })).status, 400);
  }
  const broken = { version: 1, sha256Hash: sha256("{ broken") };
  await post({ query: "{ broken", extensions: { persistedQuery: broken } });
  const again = await post({ extensions: { persistedQuery: broken } });
  assert.equal(again.json().errors[0].extensions.code, "PERSISTED_QUERY_NOT_FOUND");
  assert.equal(
    (await post({ documentId: "somebody-elses" })).json().errors[0].message,
    "PersistedQueryNotFound",
  );
  assert.match((await post({})).json().errors[0].message, /has no document/);
});

test("where only trusted documents are run, they are named or sent as they are, and all others are refused", async (t) => {
  const query = "{ shop { name } }";
  const { post, get } = await shop(t, { documents: "trusted" }, { shopName: query });
  for (const parameters of [
    { documentId: "shopName" },
    { documentId: `sha256:${sha256(query)}` },
    { query },
  ]) {
    assert.equal((await post(parameters)).json().data.shop.name, "Corner", JSON.stringify(parameters));
  }
  const extensions = JSON.stringify({ persistedQuery: { version: 1, sha256Hash: sha256(query) } });
  assert.equal((await get({ extensions })).json().data.shop.name, "Corner");
  const stranger = await post({ query: "{ shop { id } }" });
  assert.equal(stranger.status, 403);
  assert.equal(stranger.json().errors[0].extensions.code, "forbidden");
  const named = await post({ query: "{ shop { id } }", documentId: "shopName" });
  assert.equal(named.status, 403);
  assert.equal((await post({ documentId: "toString" })).json().errors[0].message, "PersistedQueryNotFound");
});

test("a GET that may be kept says how long and has an entity tag, which answers 304", async (t) => {
  const { get } = await shop(t);
  const first = await get({ query: "{ kept }" }, { "accept-encoding": "gzip" });
  assert.equal(first.status, 200);
  assert.equal(first.headers["cache-control"], "max-age=60");
  assert.equal(first.headers.vary, "Accept, Accept-Encoding, Authorization, X-Api-Key");
  assert.equal(first.headers["content-encoding"], "gzip");
  const tag = String(first.headers.etag);
  const again = await get({ query: "{ kept }" }, { "accept-encoding": "gzip", "if-none-match": tag });
  assert.equal(again.status, 304);
  assert.equal(again.headers.etag, tag);
  assert.equal(again.text, "");
  const changed = await get({ query: '{ kept(text: "other") }' }, { "if-none-match": tag });
  assert.equal(changed.status, 200);
  const modern = { accept: "application/graphql-response+json", "if-none-match": tag };
  assert.equal((await get({ query: "{ kept }" }, modern)).status, 200);
});

test("what may not be kept has no entity tag: POST, errors, and queries that nobody said may be kept", async (t) => {
  const { get, post } = await shop(t);
  for (const answer of [
    await get({ query: "{ shop { name } }" }),
    await get({ query: "{ kept broken }" }),
    await post({ query: "{ kept nothing }" }),
  ]) {
    assert.equal(answer.headers["cache-control"], "no-store");
    assert.equal(answer.headers.etag, undefined);
  }
  assert.equal((await post({ query: "{ kept }" })).headers.etag, undefined);
});

test("what a request was thought to cost is told to those who ask", async (t) => {
  const { post } = await shop(t);
  const query = "query ($n: Int) { shops(first: $n) { nodes { name parts { nodes { id } } } } }";
  const asked = { query, variables: { n: 7 }, extensions: { cost: true } };
  // Seven shops, each with a page of parts as long as the contract's default.
  assert.deepEqual((await post(asked)).json().extensions, {
    cost: { estimated: 7 * (1 + 20), max: 10_000, rowsRead: 3 },
  });
  assert.equal((await post({ query })).json().extensions, undefined);
  const kept = await http1(
    `${(await shop(t)).url}${search({ query: "{ kept }", extensions: '{"cost":true}' })}`,
  );
  assert.equal(kept.headers["cache-control"], "no-store");
});

test("a request that may cost more than the api takes is refused before it runs", async (t) => {
  const { post } = await shop(t, { limits: { maxCost: 100 } });
  const query =
    "query ($n: Int = 10) { shops(first: $n) { nodes { parts(last: 9) { edges { node { id } } } } } }";
  assert.equal((await post({ query })).status, 200);
  const refused = await post({ query, variables: { n: 11 } });
  assert.equal(refused.status, 400);
  const { code, data, requestId } = refused.json().errors[0].extensions;
  assert.equal(code, "too_complex");
  assert.deepEqual(data, { limit: "maxCost", max: 100, found: 110 });
  assert.match(requestId, /^req_/);
});

test("the schema is read by nobody, neither asked for nor guessed, where the contract says never", async (t) => {
  const { post } = await shop(t, { introspection: "never" });
  const asked = await post({ query: "{ __schema { types { name } } }" });
  assert.equal(asked.status, 400);
  assert.ok(!asked.text.includes("ShopConnection"));
  const guessed = await post({ query: "{ shp { name } }" });
  assert.ok(!/did you mean/i.test(guessed.text), guessed.text);
  assert.equal((await post({ query: "{ __typename }" })).status, 200);
  const open = await shop(t, { introspection: "always" });
  assert.match((await open.post({ query: "{ shp { name } }" })).text, /Did you mean/);
  assert.equal((await open.post({ query: "{ __schema { types { name } } }" })).status, 200);
});
