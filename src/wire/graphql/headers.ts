import { createMediaTypeNegotiator } from "../rest/index.ts";

/** Media type of a GraphQL response whose status tells how it went (GraphQL over HTTP section 4.1). */
export const GRAPHQL_RESPONSE_MEDIA_TYPE = "application/graphql-response+json";

/** Media types of GraphQL responses. */
export type GraphqlMediaType = typeof GRAPHQL_RESPONSE_MEDIA_TYPE | "application/json";

/** What a request may be answered with, best first. */
export const GRAPHQL_MEDIA_TYPES: readonly GraphqlMediaType[] = [
  GRAPHQL_RESPONSE_MEDIA_TYPE,
  "application/json",
];

const negotiateNamed = createMediaTypeNegotiator([GRAPHQL_RESPONSE_MEDIA_TYPE, "application/json"]);
const negotiateUnnamed = createMediaTypeNegotiator(["application/json", GRAPHQL_RESPONSE_MEDIA_TYPE]);

/**
 * Picks the media type of a GraphQL response for the value of an Accept header; undefined when none will do. The newer
 * one is taken only where it is named: a client that takes anything, or says nothing, expects the older one and its 200.
 */
export function negotiateGraphql(accept: string | undefined): GraphqlMediaType | undefined {
  const named = accept?.toLowerCase().includes(GRAPHQL_RESPONSE_MEDIA_TYPE) === true;
  return named ? negotiateNamed(accept) : negotiateUnnamed(accept);
}

/**
 * Status of a well-formed GraphQL response: with `application/json` always 200, since a client could not tell another
 * one from that of a proxy; else 400 for an answer without `data` (GraphQL over HTTP section 6.4).
 */
export function graphqlStatus(mediaType: GraphqlMediaType, hasData: boolean): 200 | 400 {
  return hasData || mediaType === "application/json" ? 200 : 400;
}
