import { hash } from "node:crypto";
import { type GraphqlMediaType, graphqlStatus } from "../../../wire/graphql/index.ts";
import {
  acceptsCoding,
  findStoredCoding,
  formatEntityTag,
  isTraceparent,
  parseConditions,
} from "../../../wire/rest/index.ts";
import { acceptEncoding, codingFor, sendBody } from "../answer.ts";
import type { Exchange } from "../exchange.ts";
import { type FixedHeaders, fixHeaders } from "../fixed-headers.ts";
import { send } from "../send.ts";
import type { GraphqlAnswer } from "./executor.ts";

/** An answer, and how it is sent. */
export interface GraphqlResponse extends GraphqlAnswer {
  readonly mediaType: GraphqlMediaType;
  /** Given for what was no GraphQL request; else it follows from the answer. */
  readonly status?: number;
  /** More headers, names and values in turn. */
  readonly headers?: readonly string[];
  /** Value of WWW-Authenticate. */
  readonly challenge?: string;
}

// Who calls decides what there is to see; the document stands in the URL.
const ALWAYS = [
  ...["Vary", "Accept, Accept-Encoding, Authorization, X-Api-Key"],
  ...["X-Content-Type-Options", "nosniff"],
];
const COMMON = fixHeaders(ALWAYS);

/** Headers of answers that may be kept for a while, which say so themselves, and of all others. */
const KEPT = byMediaType([]);
const UNKEPT = byMediaType(["Cache-Control", "no-store"]);

/**
 * Sends the answer to a GraphQL request. One to GET that may be kept anywhere has an entity tag, and is 304 for those who
 * have it (RFC 9110 section 13.1.2).
 */
export function sendResponse(exchange: Exchange, response: GraphqlResponse): Promise<void> | void {
  const { mediaType, body, hasData, cacheControl = "no-store", retryAfterSeconds } = response;
  const refused = response.isUnauthenticated === true && mediaType !== "application/json";
  const status = response.status ?? (refused ? 401 : graphqlStatus(mediaType, hasData));
  const headers: string[] = [];
  if (response.headers !== undefined) headers.push(...response.headers);
  if (retryAfterSeconds !== undefined) headers.push("Retry-After", String(retryAfterSeconds));
  // RFC 9110 section 11.6.1: with any status it says that credentials might change the answer.
  if (response.challenge !== undefined && (status === 401 || response.isUnauthenticated === true))
    headers.push("WWW-Authenticate", response.challenge);
  const { traceparent } = exchange.request.headers;
  if (typeof traceparent === "string" && isTraceparent(traceparent)) headers.push("traceparent", traceparent);

  const coding = codingFor(exchange, body);
  if (isKept(exchange, cacheControl) && status === 200) {
    const tag = { representation: hash("sha256", `${mediaType}\n${body}`, "base64url").slice(0, 22) };
    const wanted = parseConditions(exchange.request.headers)?.ifNoneMatch;
    const accepted = acceptEncoding(exchange);
    const stored = wanted && findStoredCoding(wanted, tag, (each) => acceptsCoding(accepted, each));
    if (stored !== undefined) {
      headers.push("Cache-Control", cacheControl, "ETag", formatEntityTag({ ...tag, coding: stored }));
      return send(exchange, 304, headers, undefined, COMMON);
    }
    headers.push("ETag", formatEntityTag({ ...tag, coding }));
  }
  if (cacheControl !== "no-store") headers.push("Cache-Control", cacheControl);
  const fixed = cacheControl === "no-store" ? UNKEPT[mediaType] : KEPT[mediaType];
  return sendBody(exchange, status, headers, { body, coding, fixed });
}

function byMediaType(more: readonly string[]): Readonly<Record<GraphqlMediaType, FixedHeaders>> {
  const of = (mediaType: GraphqlMediaType) =>
    fixHeaders([...more, ...ALWAYS, "Content-Type", `${mediaType}; charset=utf-8`]);
  return {
    "application/json": of("application/json"),
    "application/graphql-response+json": of("application/graphql-response+json"),
  };
}

function isKept({ method }: Exchange, cacheControl: string): boolean {
  return method !== "POST" && !/(?:^|[,\s])no-store(?:$|[,\s])/i.test(cacheControl);
}
