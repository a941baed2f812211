import type { Exchange, ExchangeHandler } from "../protocols/index.ts";
import { GRAPHQL_PATH, type GraphiqlHandler } from "./graphiql.ts";
import { sendPage } from "./send-page.ts";

/** What answers at `/graphql`. */
export interface GraphqlPlace {
  readonly graphql: ExchangeHandler;
  /** For browsers; only where the service is being developed. */
  readonly graphiql: GraphiqlHandler | undefined;
  /** Told of what fails while a page is made. */
  readonly onError?: (exchange: Exchange, thrown: unknown) => void;
}

/** Puts GraphQL in front of a handler: all that is not at its path goes to `next`. */
export function withGraphql(
  { graphql, graphiql, onError }: GraphqlPlace,
  next: ExchangeHandler,
): ExchangeHandler {
  return (exchange) => {
    const { path, query } = exchange;
    if (!path.startsWith(GRAPHQL_PATH)) return next(exchange);
    if (exchange.method === "GET" || exchange.method === "HEAD") {
      const page = graphiql?.({ path, query, headers: exchange.request.headers });
      if (page !== undefined) return sendPage(exchange, page, onError);
    }
    return path === GRAPHQL_PATH ? graphql(exchange) : next(exchange);
  };
}
