import assert from "node:assert/strict";
import { test } from "node:test";
import { UsageError } from "../../base/errors/index.ts";
import { api, type GraphqlOptions, resource } from "../language/index.ts";
import { t } from "../schema/index.ts";
import { compile } from "./compile.ts";

const compiled = (graphql?: GraphqlOptions) => {
  const Note = resource("note", { id: t.id("not"), text: t.text() });
  return compile(
    api("notes", {
      versions: { v1: "2026-01-01" },
      resources: [Note],
      ...(graphql === undefined ? {} : { graphql }),
    }),
  ).graphql;
};

test("an api that says nothing of GraphQL has every limit, and hides its schema outside development", () => {
  const { limits, ...rest } = compiled();
  assert.deepEqual(rest, { introspection: "dev", documents: "any", federation: false });
  for (const [name, limit] of Object.entries(limits)) assert.ok(limit > 0 && limit < 10_000_000, name);
});

test("what is declared replaces the default, one by one", () => {
  const { limits, ...rest } = compiled({
    introspection: "always",
    documents: "trusted",
    batch: {},
    federation: true,
    limits: { maxDepth: 7 },
  });
  assert.deepEqual(rest, {
    introspection: "always",
    documents: "trusted",
    batch: { maxRequests: 10 },
    federation: true,
  });
  assert.deepEqual(limits, { ...compiled().limits, maxDepth: 7 });
});

test("an option that does not exist or cannot be is reported with its place", () => {
  const wrong = { introspection: "sometimes", depth: 3, limits: { maxDepht: 3, maxAliases: 0 } };
  assert.throws(
    () => compiled(wrong as GraphqlOptions),
    (error: unknown) => {
      assert.ok(error instanceof UsageError);
      assert.deepEqual(error.mistakes.map(({ place }) => place).sort(), [
        "api, graphql.depth",
        "api, graphql.introspection",
        "api, graphql.limits.maxAliases",
        "api, graphql.limits.maxDepht",
      ]);
      return true;
    },
  );
});
