import assert from "node:assert/strict";
import { test } from "node:test";
import { UsageError } from "../../base/errors/index.ts";
import type { GraphqlOptions } from "../../contract/language/index.ts";
import { compile } from "../../contract/model/index.ts";
import { api, resource, t } from "../../index.ts";
import { createEngine, type Store, type TrustedDocuments } from "../engine/index.ts";
import { graphqlRoutes } from "./graphql-route.ts";

const Note = resource("note", { id: t.id("not"), text: t.text() });

async function pathsOf(
  graphql: GraphqlOptions,
  { isDev = true, trustedDocuments }: { isDev?: boolean; trustedDocuments?: TrustedDocuments } = {},
): Promise<readonly string[]> {
  const model = compile(api("notes", { versions: { v1: "2026-01-01" }, resources: [Note], graphql }));
  const store = { open: () => assert.fail("nothing is asked of the store") } as unknown as Store;
  const engine = createEngine({ model, store });
  return [...(await graphqlRoutes({ engine, isDev, trustedDocuments, onError: () => {} })).keys()];
}

test("GraphiQL is there while developing, and only where it can read the schema and run what is typed", async () => {
  assert.equal((await pathsOf({})).length, 5);
  assert.deepEqual(await pathsOf({}, { isDev: false }), ["/graphql"]);
  assert.deepEqual(await pathsOf({ introspection: "always" }, { isDev: false }), ["/graphql"]);
  assert.deepEqual(await pathsOf({ introspection: "never" }), ["/graphql"]);
  assert.deepEqual(await pathsOf({ documents: "trusted" }, { trustedDocuments: { a: NOTES } }), ["/graphql"]);
});

const NOTES = "{ notes { nodes { text } } }";

const placesOf = (error: unknown): readonly string[] => {
  assert.ok(error instanceof UsageError, String(error));
  return error.mistakes.map(({ place }) => place);
};

test("trusted documents must be given where they are declared, and nowhere else", async () => {
  for (const start of [
    () => pathsOf({ documents: "trusted" }),
    () => pathsOf({}, { trustedDocuments: { a: NOTES } }),
  ]) {
    await assert.rejects(start, (error: unknown) => {
      assert.deepEqual(placesOf(error), ["service, trustedDocuments"]);
      return true;
    });
  }
});

test("a service does not start with trusted documents that could not be run: all of them are told", async () => {
  const trustedDocuments = {
    good: NOTES,
    broken: "{ notes",
    unknown: "{ nothing }",
    deep: `{ notes(first: 1) { ${"nodes { ".repeat(25)} text ${"} ".repeat(25)} } }`,
  };
  await assert.rejects(pathsOf({ documents: "trusted" }, { trustedDocuments }), (error: unknown) => {
    assert.deepEqual(
      placesOf(error),
      ["broken", "unknown", "deep"].map((name) => `service, trustedDocuments.${name}`),
    );
    assert.match(String(error), /nests 27 levels deep/);
    return true;
  });
});

test("Apollo's manifest is read like texts by name", async () => {
  const manifest = { format: "apollo-persisted-query-manifest", version: 1 } as const;
  const operations = [{ id: "a1", name: "Notes", type: "query", body: NOTES }];
  const paths = await pathsOf({ documents: "trusted" }, { trustedDocuments: { ...manifest, operations } });
  assert.deepEqual(paths, ["/graphql"]);
  const wrong = { ...manifest, operations: [{ id: "a1", body: "{" }] };
  await assert.rejects(pathsOf({ documents: "trusted" }, { trustedDocuments: wrong }), (error: unknown) => {
    assert.deepEqual(placesOf(error), ["service, trustedDocuments.a1"]);
    return true;
  });
});
