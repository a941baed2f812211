import { ApiError, type Violation } from "../../base/errors/index.ts";
import { JsonSyntaxError, type JsonValue, parseJson } from "../../base/lib/index.ts";
import { decodeQueryPart } from "../rest/percent.ts";

/** The parameters of a GraphQL request (GraphQL over HTTP section 5.1); `null` counts as absent. */
export interface GraphqlParameters {
  /** Source text of the document; absent only where the document is named in another way. */
  readonly query?: string;
  /** Name of a document that the server knows (GraphQL over HTTP appendix A). */
  readonly documentId?: string;
  readonly operationName?: string;
  readonly variables?: { readonly [name: string]: JsonValue };
  readonly extensions?: { readonly [name: string]: JsonValue };
}

const TEXTS = ["query", "documentId", "operationName"] as const;
const MAPS = ["variables", "extensions"] as const;

/**
 * Reads a request from the value of its body. Throws `malformed_request` with all that is wrong with it. Members that
 * nobody knows are passed over: they are reserved for what comes after this version.
 */
export function readGraphqlBody(body: JsonValue | undefined): GraphqlParameters {
  if (Array.isArray(body)) {
    throw new ApiError(
      "malformed_request",
      "The body is a list. Requests are not taken in batches here; send one request at a time.",
    );
  }
  if (!isMap(body)) {
    throw new ApiError(
      "malformed_request",
      'The body of a GraphQL request is a JSON object such as {"query": "{ __typename }"}.',
    );
  }
  return checked(body, (name) => `/${name}`);
}

/** Reads a body that is a list of requests; throws `malformed_request` for none, too many, and the first wrong one. */
export function readGraphqlBatch(
  body: readonly JsonValue[],
  maxRequests: number,
): readonly GraphqlParameters[] {
  if (body.length === 0) throw new ApiError("malformed_request", "The batch is empty.");
  if (body.length > maxRequests) {
    const message = `The batch has ${body.length} requests; at most ${maxRequests} are taken.`;
    throw new ApiError("malformed_request", message, { data: { maxRequests, found: body.length } });
  }
  return body.map((request, index) => {
    if (!isMap(request))
      throw new ApiError("malformed_request", `Request ${index} of the batch is not an object.`);
    return checked(request, (name) => `/${index}/${name}`);
  });
}

/**
 * Reads a request from a query string without its question mark: `variables` and `extensions` are JSON texts, an empty
 * `operationName` counts as absent. Throws `malformed_request` like {@link readGraphqlBody}, and for a parameter given
 * twice.
 */
export function readGraphqlQuery(query: string): GraphqlParameters {
  // Browsers send braces as they are: the URL standard encodes fewer characters than RFC 3986 does.
  if (!/^[\x21-\x7e]*$/.test(query)) {
    throw new ApiError("malformed_request", "The query has a character that must be percent-encoded.");
  }
  const found: Record<string, JsonValue> = {};
  for (const part of query.split("&")) {
    const equals = part.indexOf("=");
    const name = decodeQueryPart(equals === -1 ? part : part.slice(0, equals));
    const known = [...TEXTS, ...MAPS].find((each) => each === name);
    if (known === undefined) continue;
    if (found[known] !== undefined) {
      throw malformed([{ pointer: `?${known}`, code: "duplicate_parameter", message: "Given twice." }]);
    }
    const text = equals === -1 ? "" : decodeQueryPart(part.slice(equals + 1));
    if (text === "" && known !== "query") continue;
    found[known] = MAPS.some((each) => each === known) ? parseMap(known, text) : text;
  }
  return checked(found, (name) => `?${name}`);
}

function parseMap(name: string, text: string): JsonValue {
  try {
    return parseJson(text);
  } catch (error) {
    if (!(error instanceof JsonSyntaxError)) throw error;
    const message = `Not valid JSON: ${error.message}.`;
    throw malformed([{ pointer: `?${name}`, code: "malformed", message }]);
  }
}

function checked(
  given: { readonly [name: string]: JsonValue },
  pointerOf: (name: string) => string,
): GraphqlParameters {
  const violations: Violation[] = [];
  const found: Record<string, JsonValue> = {};
  const take = (name: string, expected: string, is: (value: JsonValue) => boolean) => {
    const value = given[name];
    if (value === undefined || value === null) return;
    if (is(value)) found[name] = value;
    else {
      const message = `Expected ${expected}, found ${kindOf(value)}.`;
      violations.push({ pointer: pointerOf(name), code: "wrong_type", message });
    }
  };
  for (const name of TEXTS) take(name, "a string", (value) => typeof value === "string");
  for (const name of MAPS) take(name, "an object", isMap);
  if (violations.length > 0) throw malformed(violations);
  return found;
}

function malformed(violations: readonly Violation[]): ApiError {
  const names = violations.map(({ pointer }) => pointer.slice(1)).join(", ");
  return new ApiError("malformed_request", `The GraphQL request is wrong in: ${names}.`, { violations });
}

function isMap(value: JsonValue | undefined): value is { readonly [name: string]: JsonValue } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function kindOf(value: JsonValue): string {
  if (Array.isArray(value)) return "a list";
  switch (typeof value) {
    case "string":
      return "a string";
    case "boolean":
      return String(value);
    case "object":
      return "an object";
    default:
      return "a number";
  }
}
