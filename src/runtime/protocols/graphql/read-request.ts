import { ApiError } from "../../../base/errors/index.ts";
import type { GraphqlModel } from "../../../contract/model/model.ts";
import {
  type GraphqlParameters,
  readGraphqlBatch,
  readGraphqlBody,
  readGraphqlQuery,
} from "../../../wire/graphql/index.ts";
import { parseContentType } from "../../../wire/rest/index.ts";
import type { Exchange } from "../exchange.ts";
import { parseJsonBody } from "../parse-json-body.ts";
import { readBody } from "../read-body.ts";

/** What one HTTP request asks for: one GraphQL request, or a list of them. */
export type ReadRequest = GraphqlParameters | readonly GraphqlParameters[];

/** Reads the GraphQL request of an exchange whose method is GET, HEAD or POST; throws ApiError. */
export function readRequest(exchange: Exchange, model: GraphqlModel): Promise<ReadRequest> | ReadRequest {
  if (exchange.method !== "POST") {
    if (exchange.hasBody) throw new ApiError("malformed_request", "A GET request takes no body.");
    return readGraphqlQuery(exchange.query);
  }
  checkContentType(exchange);
  const body = readBody(exchange, model.limits.maxBodyBytes);
  return body instanceof Promise ? body.then((bytes) => parse(bytes, model)) : parse(body, model);
}

/** Whether a request is a list. */
export function isBatch(request: ReadRequest): request is readonly GraphqlParameters[] {
  return Array.isArray(request);
}

function parse(bytes: Uint8Array, { batch }: GraphqlModel): ReadRequest {
  const value = bytes.length === 0 ? undefined : parseJsonBody(bytes);
  if (batch !== undefined && Array.isArray(value)) return readGraphqlBatch(value, batch.maxRequests);
  return readGraphqlBody(value);
}

/**
 * Only JSON is taken. Forms and plain text are what a page of another site can send without being asked whether it may
 * (CORS), so they never run anything.
 */
function checkContentType(exchange: Exchange): void {
  const header = exchange.request.headers["content-type"];
  const found = header === undefined ? undefined : parseContentType(header);
  if (found?.mediaType === "application/json" && (found.charset ?? "utf-8") === "utf-8") return;
  const came = header === undefined ? "none came" : "another came";
  const files = found?.mediaType === "multipart/form-data" ? " Files are sent over REST." : "";
  throw new ApiError(
    "unsupported_media_type",
    `A GraphQL request has the Content-Type application/json, in UTF-8; ${came}.${files}`,
  );
}
