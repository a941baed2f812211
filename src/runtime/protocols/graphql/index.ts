// What loads the graphql package is not here: it is imported at the first request.
export { createGraphqlHandler, type GraphqlHandlerOptions } from "./handler.ts";
