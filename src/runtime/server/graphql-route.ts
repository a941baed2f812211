import { UsageError } from "../../base/errors/index.ts";
import type { Engine, TrustedDocuments } from "../engine/index.ts";
import type { Exchange, ExchangeHandler } from "../protocols/index.ts";
import type { GraphiqlHandler } from "./graphiql.ts";
import { lazyHandler } from "./lazy-handler.ts";
import { GRAPHQL_PATH } from "./paths.ts";
import { sendPage } from "./send-page.ts";

/** What the routes are made from. */
export interface GraphqlRouteOptions {
  readonly engine: Engine;
  /** Whether the service is being developed. */
  readonly isDev: boolean;
  /** For an api that runs only those. */
  readonly trustedDocuments: TrustedDocuments | undefined;
  readonly onError: (exchange: Exchange, thrown: unknown) => void;
}

/**
 * Makes the handlers of GraphQL by their paths: `/graphql` and, while developing, the files of GraphiQL. Throws UsageError
 * where the contract trusts only documents that the service does not give, or the other way round, and for a trusted
 * document that cannot be run.
 */
export async function graphqlRoutes(
  options: GraphqlRouteOptions,
): Promise<ReadonlyMap<string, ExchangeHandler>> {
  const { engine, isDev, trustedDocuments, onError } = options;
  const { title, graphql } = engine.model;
  checkDocuments(graphql.documents, trustedDocuments);
  // graphql-js is loaded by the first request for it: a service that only REST is asked of does without.
  const load = async () =>
    (await import("../protocols/graphql/load-runner.ts")).loadRunner(engine, { isDev, trustedDocuments });
  // Trusted documents are checked at start, so nothing is left to wait for.
  const loaded = trustedDocuments === undefined ? undefined : await load();
  const handler = lazyHandler(async () => {
    const { createGraphqlHandler } = await import("../protocols/graphql/index.ts");
    return createGraphqlHandler({
      engine,
      load: loaded === undefined ? load : () => Promise.resolve(loaded),
      onError,
    });
  }, onError);
  // Where it could show no schema or run no document, it would only puzzle.
  const usable = isDev && graphql.introspection !== "never" && graphql.documents === "any";
  if (!usable) return new Map([[GRAPHQL_PATH, handler]]);
  const { createGraphiqlHandler } = await import("./graphiql.ts");
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

function checkDocuments(declared: "any" | "trusted", given: TrustedDocuments | undefined): void {
  if ((declared === "trusted") === (given !== undefined)) return;
  throw new UsageError({
    place: "service, trustedDocuments",
    expected: declared === "trusted" ? "the documents that may be run, by name" : "none, since any is run",
    found: given === undefined ? "none" : "some",
    fix:
      declared === "trusted"
        ? 'give them to service(…), or declare graphql: { documents: "any" }'
        : 'declare graphql: { documents: "trusted" }, or remove them',
  });
}
