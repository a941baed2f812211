import assert from "node:assert/strict";
import { test } from "node:test";
import { GRAPHQL_RESPONSE_MEDIA_TYPE, graphqlStatus, negotiateGraphql } from "./headers.ts";

test("the newer media type is taken where it is named, the older one where nothing is said of it", () => {
  assert.equal(negotiateGraphql(undefined), "application/json");
  assert.equal(negotiateGraphql("*/*"), "application/json");
  assert.equal(negotiateGraphql("application/*"), "application/json");
  assert.equal(negotiateGraphql("application/json"), "application/json");
  assert.equal(negotiateGraphql(GRAPHQL_RESPONSE_MEDIA_TYPE), GRAPHQL_RESPONSE_MEDIA_TYPE);
  // What the specification recommends to clients.
  const recommended = "application/graphql-response+json; charset=utf-8, application/json; charset=utf-8";
  assert.equal(negotiateGraphql(recommended), GRAPHQL_RESPONSE_MEDIA_TYPE);
});

test("weights decide, and a header that takes neither is refused", () => {
  assert.equal(
    negotiateGraphql("application/graphql-response+json;q=0.5, application/json"),
    "application/json",
  );
  assert.equal(
    negotiateGraphql("Application/GraphQL-Response+JSON, application/json;q=0.9"),
    GRAPHQL_RESPONSE_MEDIA_TYPE,
  );
  assert.equal(negotiateGraphql("text/html"), undefined);
  assert.equal(negotiateGraphql("application/json;q=0"), undefined);
});

test("only the newer media type has a status for answers without data", () => {
  assert.equal(graphqlStatus(GRAPHQL_RESPONSE_MEDIA_TYPE, false), 400);
  assert.equal(graphqlStatus(GRAPHQL_RESPONSE_MEDIA_TYPE, true), 200);
  assert.equal(graphqlStatus("application/json", false), 200);
});
