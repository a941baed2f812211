import type { GraphqlLimitsModel, GraphqlModel } from "./model.ts";
import { type OptionReader, readOptions } from "./read-options.ts";
import type { Report } from "./report.ts";

const OPTIONS = ["introspection", "documents", "batch", "federation", "limits"];

const LIMITS: GraphqlLimitsModel = {
  // As much as a body has everywhere.
  maxBodyBytes: 1_048_576,
  // Large clients' documents with all their fragments have some 2,000; checking this many takes a few milliseconds.
  maxTokens: 5000,
  // Five relations through connections, three levels each; the introspection of every tool fits, which nests to 15.
  maxDepth: 20,
  // What rules and plans cost follows from it. A page of a large client has some hundreds.
  maxFields: 2000,
  // A page's data in one request, and not a hundred guesses at a secret, or mutations, in one.
  maxRootFields: 20,
  // Aliases are how one field is asked for again and again.
  maxAliases: 100,
  // Few documents have more than a handful, and each is checked wherever it stands.
  maxDirectives: 50,
  // Two levels of full pages of 100 rows.
  maxCost: 10_000,
};

/** Compiles an api's `graphql`; everything has a default. */
export function compileGraphql(api: OptionReader, report: Report): GraphqlModel {
  const given = api.record("graphql", "options of GraphQL") ?? {};
  const read = readOptions(given, "api, graphql.", { known: OPTIONS, report });
  const batch = read.record("batch", "limits of batches, which may be empty");
  const limits = read.record("limits", "limits") ?? {};
  const readLimit = readOptions(limits, "api, graphql.limits.", { known: Object.keys(LIMITS), report });
  const limit = (name: keyof GraphqlLimitsModel, highest: number) =>
    readLimit.integer(name, 1, highest) ?? LIMITS[name];
  return {
    introspection: read.choice("introspection", ["dev", "always", "never"]) ?? "dev",
    documents: read.choice("documents", ["any", "trusted"]) ?? "any",
    ...(batch === undefined ? {} : { batch: { maxRequests: maxRequests(batch, report) } }),
    federation: read.flag("federation") ?? false,
    limits: {
      maxBodyBytes: limit("maxBodyBytes", 64 * 1024 * 1024),
      maxTokens: limit("maxTokens", 100_000),
      maxDepth: limit("maxDepth", 100),
      maxFields: limit("maxFields", 100_000),
      maxRootFields: limit("maxRootFields", 1000),
      maxAliases: limit("maxAliases", 10_000),
      maxDirectives: limit("maxDirectives", 1000),
      maxCost: limit("maxCost", 100_000_000),
    },
  };
}

function maxRequests(given: Readonly<Record<string, unknown>>, report: Report): number {
  const read = readOptions(given, "api, graphql.batch.", { known: ["maxRequests"], report });
  // As many as Apollo's client gathers.
  return read.integer("maxRequests", 1, 100) ?? 10;
}
