import { ApiError, toApiError } from "../../../base/errors/index.ts";
import {
  GRAPHQL_MEDIA_TYPES,
  type GraphqlMediaType,
  type GraphqlParameters,
  negotiateGraphql,
} from "../../../wire/graphql/index.ts";
import { challengeOf, createCredentialReader, parseIdempotencyKey } from "../../../wire/rest/index.ts";
import type { Engine } from "../../engine/index.ts";
import type { Exchange, ExchangeHandler } from "../exchange.ts";
import { guard, type OnError } from "../guard.ts";
import { credentialsOf } from "../read-credentials.ts";
import { readMeta } from "../read-meta.ts";
import { send } from "../send.ts";
import type { GraphqlAnswer } from "./executor.ts";
import { isBatch, type ReadRequest, readRequest } from "./read-request.ts";
import { RequestContext } from "./request-context.ts";
import { type GraphqlResponse, sendResponse } from "./response.ts";
import { type Runner, refusalAnswer, runRequest } from "./run-request.ts";

/** What GraphQL is served from. */
export interface GraphqlHandlerOptions {
  readonly engine: Pick<Engine, "model">;
  /** Makes what runs requests; asked at the first one, since it loads much and nobody may ever ask. */
  readonly load: () => Promise<Runner>;
  /** Told of everything that becomes a 5xx here. */
  readonly onError?: OnError;
}

const ALLOW = "GET, HEAD, POST, OPTIONS";

/** Makes the handler that serves a model as GraphQL over HTTP, whatever the path it is put at. */
export function createGraphqlHandler(options: GraphqlHandlerOptions): ExchangeHandler {
  const { model } = options.engine;
  const readCredentials = createCredentialReader(model.authentication);
  const challenge = challengeOf(model, false);
  const invalid = challengeOf(model, true);
  let runner: Runner | undefined;
  let loading: Promise<Runner> | undefined;

  const load = (): Promise<Runner> | Runner => {
    if (runner !== undefined) return runner;
    loading ??= options.load().then(
      (made) => {
        runner = made;
        return made;
      },
      (thrown: unknown) => {
        // The next request tries again.
        loading = undefined;
        throw thrown;
      },
    );
    return loading;
  };

  function answer(exchange: Exchange): Promise<void> | void {
    exchange.operation = "graphql";
    const { method } = exchange;
    if (method === "OPTIONS") return send(exchange, 204, ["Allow", ALLOW, "Accept-Post", "application/json"]);
    const mediaType = negotiateGraphql(exchange.request.headers.accept);
    try {
      if (method !== "GET" && method !== "HEAD" && method !== "POST") {
        throw new ApiError("method_not_allowed", `${method} is not offered here. Allowed: ${ALLOW}.`);
      }
      if (mediaType === undefined) {
        const offers = GRAPHQL_MEDIA_TYPES.join(", ");
        throw new ApiError(
          "not_acceptable",
          `The Accept header takes nothing that is offered here: ${offers}.`,
        );
      }
      const request = readRequest(exchange, model.graphql);
      const ready = load();
      if (request instanceof Promise || ready instanceof Promise) {
        return Promise.all([request, ready])
          .then(([read, by]) => run(exchange, { request: read, by, mediaType }))
          .catch((thrown: unknown) => refuse(exchange, thrown, mediaType));
      }
      const sent = run(exchange, { request, by: ready, mediaType });
      return sent?.catch((thrown: unknown) => refuse(exchange, thrown, mediaType));
    } catch (thrown) {
      return refuse(exchange, thrown, mediaType);
    }
  }

  function run(
    exchange: Exchange,
    asked: { readonly request: ReadRequest; readonly by: Runner; readonly mediaType: GraphqlMediaType },
  ): Promise<void> | void {
    const { request, by, mediaType } = asked;
    const context = contextOf(exchange);
    const respond = (given: GraphqlAnswer): Promise<void> | void => {
      const response: GraphqlResponse = {
        ...given,
        mediaType,
        challenge: context.credentials === undefined ? challenge : invalid,
      };
      return sendResponse(exchange, response);
    };
    if (isBatch(request)) return runBatch(by, request, context).then(respond);
    const answered = runRequest(by, { parameters: request, isSafe: isSafe(exchange), context });
    return answered instanceof Promise ? answered.then(respond) : respond(answered);
  }

  function contextOf(exchange: Exchange): RequestContext {
    const key = exchange.request.headers["idempotency-key"];
    return new RequestContext(exchange, {
      credentials: credentialsOf(exchange, readCredentials),
      meta: readMeta(exchange, "graphql"),
      idempotencyKey: key === undefined ? undefined : parseIdempotencyKey(String(key)),
    });
  }

  function refuse(
    exchange: Exchange,
    thrown: unknown,
    mediaType: GraphqlMediaType = "application/json",
  ): Promise<void> | void {
    const error = toApiError(thrown);
    if (error.status >= 500) options.onError?.(exchange, thrown);
    const headers = error.status === 405 ? ["Allow", isSafe(exchange) ? "POST" : ALLOW] : [];
    if (error.status === 415) headers.push("Accept-Post", "application/json");
    const { status } = error;
    return sendResponse(exchange, {
      ...refusalAnswer(error, exchange.requestId),
      mediaType,
      status,
      headers,
      challenge,
    });
  }

  return guard(answer, options.onError);
}

function isSafe({ method }: Exchange): boolean {
  return method === "GET" || method === "HEAD";
}

/** Runs the requests of a list one after the other, since each may change what the next one reads. */
async function runBatch(
  by: Runner,
  requests: readonly GraphqlParameters[],
  context: RequestContext,
): Promise<GraphqlAnswer> {
  const bodies: string[] = [];
  let retryAfterSeconds: number | undefined;
  for (const [index, parameters] of requests.entries()) {
    const { idempotencyKey } = context;
    const own = idempotencyKey === undefined ? context : context.withKey(`${idempotencyKey}:${index}`);
    let answered: GraphqlAnswer;
    try {
      answered = await runRequest(by, { parameters, isSafe: false, context: own });
    } catch (thrown) {
      answered = refusalAnswer(thrown, context.meta.requestId);
    }
    bodies.push(answered.body);
    if (answered.retryAfterSeconds !== undefined) {
      retryAfterSeconds = Math.max(retryAfterSeconds ?? 0, answered.retryAfterSeconds);
    }
  }
  return {
    body: `[${bodies.join(",")}]`,
    hasData: true,
    ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
  };
}
