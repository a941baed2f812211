export { type GraphqlParameters, readGraphqlBatch, readGraphqlBody, readGraphqlQuery } from "./codec.ts";
export { type GraphqlErrorPlace, toGraphqlError } from "./errors.ts";
export {
  GRAPHQL_MEDIA_TYPES,
  GRAPHQL_RESPONSE_MEDIA_TYPE,
  type GraphqlMediaType,
  graphqlStatus,
  negotiateGraphql,
} from "./headers.ts";
