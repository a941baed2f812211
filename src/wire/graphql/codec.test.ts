import assert from "node:assert/strict";
import { test } from "node:test";
import { ApiError } from "../../base/errors/index.ts";
import { readGraphqlBody, readGraphqlQuery } from "./codec.ts";

const refusal = (read: () => unknown): ApiError => {
  try {
    read();
  } catch (error) {
    assert.ok(error instanceof ApiError, String(error));
    return error;
  }
  assert.fail("nothing was refused");
};

test("a body's parameters are taken, null counts as absent, and members that nobody knows are passed over", () => {
  assert.deepEqual(
    readGraphqlBody({ query: "{ a }", operationName: null, variables: { n: 1 }, extensions: null, id: 7 }),
    { query: "{ a }", variables: { n: 1 } },
  );
  assert.deepEqual(readGraphqlBody({}), {});
});

test("all parameters of the wrong type are told at once, by their place", () => {
  const { code, violations } = refusal(() =>
    readGraphqlBody({ query: 7, operationName: ["a"], variables: "x", extensions: false }),
  );
  assert.equal(code, "malformed_request");
  assert.deepEqual(
    violations.map(({ pointer, message }) => [pointer, message]),
    [
      ["/query", "Expected a string, found a number."],
      ["/operationName", "Expected a string, found a list."],
      ["/variables", "Expected an object, found a string."],
      ["/extensions", "Expected an object, found false."],
    ],
  );
});

test("a list is refused as a batch, any other value as no request", () => {
  assert.match(refusal(() => readGraphqlBody([{ query: "{ a }" }])).message, /not taken in batches/);
  for (const body of ["{ a }", null, 7, undefined]) {
    assert.match(refusal(() => readGraphqlBody(body)).message, /is a JSON object/);
  }
});

test("a query string holds texts, and JSON in variables and extensions", () => {
  const query = new URLSearchParams({
    query: "query Q($n: Int) { a(n: $n) }",
    operationName: "",
    variables: '{"n": 1}',
    extensions: "{}",
    v: "9",
  });
  assert.deepEqual(readGraphqlQuery(String(query)), {
    query: "query Q($n: Int) { a(n: $n) }",
    variables: { n: 1 },
    extensions: {},
  });
  assert.deepEqual(readGraphqlQuery(""), {});
  assert.deepEqual(readGraphqlQuery("query={a(n:[1|2])}"), { query: "{a(n:[1|2])}" });
});

test("a query string with bad escapes, bad UTF-8, bad JSON, or a parameter twice is refused", () => {
  assert.match(refusal(() => readGraphqlQuery("query=%zz")).message, /percent-escape/);
  assert.match(refusal(() => readGraphqlQuery("query=%ff%fe")).message, /percent-escape/);
  assert.match(refusal(() => readGraphqlQuery("query=é")).message, /must be percent-encoded/);
  assert.match(
    refusal(() => readGraphqlQuery("query=a&variables=%7B")).violations[0]!.message,
    /Not valid JSON/,
  );
  assert.equal(refusal(() => readGraphqlQuery("query=a&query=b")).violations[0]!.code, "duplicate_parameter");
  assert.match(refusal(() => readGraphqlQuery("query=a&variables=7")).violations[0]!.message, /an object/);
});
