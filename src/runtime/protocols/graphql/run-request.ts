import { ApiError, toApiError } from "../../../base/errors/index.ts";
import { type JsonValue, stringifyJson } from "../../../base/lib/index.ts";
import { type GraphqlParameters, toGraphqlError } from "../../../wire/graphql/index.ts";
import type { DocumentFinder } from "./documents.ts";
import {
  type GraphqlAnswer,
  type GraphqlExecutor,
  GraphqlRequestError,
  type PreparedDocument,
} from "./executor.ts";
import type { Meter } from "./meter.ts";
import type { RequestContext } from "./request-context.ts";

/** What requests are run with. */
export interface Runner {
  readonly executor: GraphqlExecutor;
  readonly meter: Meter;
  readonly findDocument: DocumentFinder;
  readonly maxCost: number;
}

/** One request, and whether it may change anything. */
export interface RunRequest {
  readonly parameters: GraphqlParameters;
  /** It came by a method that changes nothing (RFC 9110 section 9.2.1). */
  readonly isSafe: boolean;
  readonly context: RequestContext;
}

/**
 * Runs one GraphQL request: finds its document, makes it ready, holds it to its cost, executes it. What is wrong with the
 * document is an answer; throws ApiError for what is wrong with the request. Synchronous where nothing waits.
 */
export function runRequest(runner: Runner, request: RunRequest): Promise<GraphqlAnswer> | GraphqlAnswer {
  const { parameters, context } = request;
  const { requestId } = context.meta;
  try {
    const { source, keep } = runner.findDocument(parameters);
    const prepared = runner.executor.prepare(source);
    keep?.();
    const { operationName, variables = {}, extensions } = parameters;
    if (request.isSafe) refuseChange(prepared, operationName);
    const cost = runner.meter(prepared, operationName, variables);
    const answer = prepared.execute({ operationName, variables }, withKey(context, extensions));
    if (extensions?.cost !== true) return answer;
    const told = (given: GraphqlAnswer) => withCost(given, cost, runner.maxCost);
    return answer instanceof Promise ? answer.then(told) : told(answer);
  } catch (thrown) {
    if (!(thrown instanceof GraphqlRequestError)) throw thrown;
    return { body: stringifyJson({ errors: requestErrors(thrown, requestId) }), hasData: false };
  }
}

/** The idempotency key of a request that has no header for it is among its extensions. */
function withKey(context: RequestContext, extensions: GraphqlParameters["extensions"]): RequestContext {
  const key = extensions?.idempotencyKey;
  if (key === undefined || context.idempotencyKey !== undefined) return context;
  if (typeof key !== "string") {
    throw new ApiError("malformed_request", "The extension idempotencyKey is a string.", {
      violations: [
        { pointer: "/extensions/idempotencyKey", code: "wrong_type", message: "Must be a string." },
      ],
    });
  }
  return context.withKey(key);
}

/** Writes what is no answer of a document as one. */
export function refusalAnswer(thrown: unknown, requestId: string): GraphqlAnswer {
  const error = toApiError(thrown);
  const { retryAfterSeconds } = error;
  return {
    body: stringifyJson({ errors: [toGraphqlError(error, requestId)] }),
    hasData: false,
    ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
  };
}

/** GraphQL over HTTP section 5.3: GET must not run a mutation. */
function refuseChange({ operations }: PreparedDocument, name: string | undefined): void {
  const operation = name === undefined ? operations[0] : operations.find((each) => each.name === name);
  if (operation === undefined || operation.kind === "query") return;
  throw new ApiError("method_not_allowed", `A ${operation.kind} is sent with POST; GET runs queries only.`);
}

/** Errors of a document with a code and the request's id, whoever found them. */
function requestErrors({ errors }: GraphqlRequestError, requestId: string): JsonValue {
  return errors.map(({ message, locations, path, extensions = MALFORMED }) => ({
    message,
    ...(locations === undefined
      ? {}
      : { locations: locations.map(({ line, column }) => ({ line, column })) }),
    ...(path === undefined ? {} : { path: [...path] }),
    extensions: { ...JSON.parse(JSON.stringify(extensions)), requestId },
  }));
}

const MALFORMED = { code: "malformed_request", status: 400, title: "Malformed request", retry: "no" };

/** Adds what a request was thought to cost and what was read for it. */
function withCost(answer: GraphqlAnswer, estimated: number, max: number): GraphqlAnswer {
  const { body, rowsRead } = answer;
  const cost = { estimated, max, ...(rowsRead === undefined ? {} : { rowsRead }) };
  const { cacheControl: _, ...rest } = answer;
  const member = `"cost":${JSON.stringify(cost)}`;
  if (answer.hasExtensions === true) return { ...rest, body: `${body.slice(0, -2)},${member}}}` };
  return { ...rest, hasExtensions: true, body: `${body.slice(0, -1)},"extensions":{${member}}}` };
}
