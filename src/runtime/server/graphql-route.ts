import { UsageError } from "../../base/errors/index.ts";
import type { Engine } from "../engine/index.ts";
import { createGraphqlHandler, type Exchange, type ExchangeHandler } from "../protocols/index.ts";
import { createGraphiqlHandler, GRAPHQL_PATH, type GraphiqlHandler } from "./graphiql.ts";
import { sendPage } from "./send-page.ts";

/** What the routes are made from. */
export interface GraphqlRouteOptions {
  readonly engine: Engine;
  /** Whether the service is being developed. */
  readonly isDev: boolean;
  /** Documents by name, for an api that runs only those. */
  readonly trustedDocuments: Readonly<Record<string, string>> | undefined;
  readonly onError: (exchange: Exchange, thrown: unknown) => void;
}

/**
 * Makes the handlers of GraphQL by their paths: `/graphql` and, while developing, the files of GraphiQL. Throws UsageError
 * where the contract trusts only documents that the service does not give, or the other way round.
 */
export function graphqlRoutes(options: GraphqlRouteOptions): ReadonlyMap<string, ExchangeHandler> {
  const { engine, isDev, trustedDocuments, onError } = options;
  const { title, graphql } = engine.model;
  checkDocuments(graphql.documents, trustedDocuments);
  const handler = createGraphqlHandler({
    engine,
    // graphql-js is loaded by the first request for it: a service that only REST is asked of does without.
    load: async () =>
      (await import("../protocols/graphql/load-runner.ts")).loadRunner(engine, { isDev, trustedDocuments }),
    onError,
  });
  // Where it could show no schema or run no document, it would only puzzle.
  const usable = isDev && graphql.introspection !== "never" && graphql.documents === "any";
  if (!usable) return new Map([[GRAPHQL_PATH, handler]]);
  const graphiql = createGraphiqlHandler(title);
  const routes = new Map<string, ExchangeHandler>();
  const withPage = withGraphiql(graphiql, handler, onError);
  for (const path of [GRAPHQL_PATH, ...graphiql.files]) routes.set(path, withPage);
  return routes;
}

function withGraphiql(
  graphiql: GraphiqlHandler,
  next: ExchangeHandler,
  onError: GraphqlRouteOptions["onError"],
): ExchangeHandler {
  return (exchange) => {
    const { path, query, method } = exchange;
    const isRead = method === "GET" || method === "HEAD";
    if (path === GRAPHQL_PATH && !isRead) return next(exchange);
    const page = graphiql.answer({ path, query, headers: exchange.request.headers });
    return page === undefined ? next(exchange) : sendPage(exchange, page, onError);
  };
}

function checkDocuments(
  declared: "any" | "trusted",
  given: Readonly<Record<string, string>> | undefined,
): void {
  if ((declared === "trusted") === (given !== undefined)) return;
  throw new UsageError({
    place: "service, trustedDocuments",
    expected: declared === "trusted" ? "the documents that may be run, by name" : "none, since any is run",
    found: given === undefined ? "none" : `${Object.keys(given).length} documents`,
    fix:
      declared === "trusted"
        ? 'give them to service(…), or declare graphql: { documents: "any" }'
        : 'declare graphql: { documents: "trusted" }, or remove them',
  });
}
