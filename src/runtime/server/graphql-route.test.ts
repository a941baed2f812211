import assert from "node:assert/strict";
import { test } from "node:test";
import { UsageError } from "../../base/errors/index.ts";
import type { GraphqlOptions } from "../../contract/language/index.ts";
import { compile } from "../../contract/model/index.ts";
import { api, resource, t } from "../../index.ts";
import { createEngine, type Store } from "../engine/index.ts";
import { graphqlRoutes } from "./graphql-route.ts";

const Note = resource("note", { id: t.id("not"), text: t.text() });

function pathsOf(
  graphql: GraphqlOptions,
  { isDev = true, trustedDocuments }: { isDev?: boolean; trustedDocuments?: Record<string, string> } = {},
): readonly string[] {
  const model = compile(api("notes", { versions: { v1: "2026-01-01" }, resources: [Note], graphql }));
  const store = { open: () => assert.fail("nothing is asked of the store") } as unknown as Store;
  const engine = createEngine({ model, store });
  return [...graphqlRoutes({ engine, isDev, trustedDocuments, onError: () => {} }).keys()];
}

test("GraphiQL is there while developing, and only where it can read the schema and run what is typed", () => {
  assert.equal(pathsOf({}).length, 5);
  assert.deepEqual(pathsOf({}, { isDev: false }), ["/graphql"]);
  assert.deepEqual(pathsOf({ introspection: "always" }, { isDev: false }), ["/graphql"]);
  assert.deepEqual(pathsOf({ introspection: "never" }), ["/graphql"]);
  assert.deepEqual(pathsOf({ documents: "trusted" }, { trustedDocuments: { a: "{ a }" } }), ["/graphql"]);
});

test("trusted documents must be given where they are declared, and nowhere else", () => {
  for (const start of [
    () => pathsOf({ documents: "trusted" }),
    () => pathsOf({}, { trustedDocuments: { a: "{ a }" } }),
  ]) {
    assert.throws(
      start,
      (error: unknown) =>
        error instanceof UsageError && error.mistakes[0]?.place === "service, trustedDocuments",
    );
  }
});
