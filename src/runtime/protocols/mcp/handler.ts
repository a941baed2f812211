import { toApiError } from "../../../base/errors/index.ts";
import { isTool } from "../../../contract/emit/index.ts";
import type { Model } from "../../../contract/model/model.ts";
import { formatError, McpError, type RequestId, readDialect, readMessage } from "../../../wire/mcp/index.ts";
import { challengeOf, createCredentialReader } from "../../../wire/rest/index.ts";
import type { Engine } from "../../engine/index.ts";
import type { Exchange, ExchangeHandler } from "../exchange.ts";
import { guard, type OnError } from "../guard.ts";
import { credentialsOf } from "../read-credentials.ts";
import { send } from "../send.ts";
import { formatAnswer } from "./answer.ts";
import type { McpContext, McpRequest } from "./context.ts";
import { InFlight, inFlightKey } from "./in-flight.ts";
import { ENVELOPE_BYTES } from "./limits.ts";
import { methodOf, serverInfoOf } from "./methods.ts";
import { createOriginCheck } from "./origin.ts";
import { createToolPlans } from "./plan.ts";
import { ALLOW, checkHead, readMcpBody, readMcpHeaders, readMcpMeta } from "./request.ts";
import { sendEvents, sendMessage, toRpcError } from "./response.ts";

/** What MCP is served from. */
export interface McpOptions {
  readonly engine: Pick<Engine, "model" | "execute" | "offers">;
  /** Origins of web pages that may call, beside those of this machine: `https://app.example.com`. */
  readonly allowedOrigins?: readonly string[];
  /** Told of everything that becomes a 5xx here. */
  readonly onError?: OnError;
}

/**
 * Makes the handler of the MCP endpoint (Streamable HTTP, 2026-07-28; also 2025-11-25 and 2025-06-18). Nothing is kept
 * from one request to the next, so any process can answer any of them.
 */
export function createMcpHandler({ engine, allowedOrigins = [], onError }: McpOptions): ExchangeHandler {
  const { model } = engine;
  const context: McpContext = {
    model,
    engine,
    tools: createToolPlans(model),
    serverInfo: serverInfoOf(model),
  };
  const isAllowedOrigin = createOriginCheck(allowedOrigins);
  const readCredentials = createCredentialReader(model.authentication);
  const maxBytes = ENVELOPE_BYTES + largestInput(model);
  const inFlight = new InFlight();

  /** `seen` learns the id, which errors name too. */
  async function answer(exchange: Exchange, seen: Seen): Promise<void> {
    checkHead(exchange, isAllowedOrigin);
    const body = await readMcpBody(exchange, maxBytes);
    const message = readMessage(body.value);
    if (message.kind === "request") seen.id = message.id;
    const dialect = readDialect(message, readMcpHeaders(exchange));
    const credentials = credentialsOf(exchange, readCredentials);
    if (message.kind === "notification") {
      if (message.method === "notifications/cancelled") {
        inFlight.cancel(inFlightKey(exchange, credentials, message.params.requestId));
      }
      return send(exchange, 202, []);
    }
    const request: McpRequest = {
      exchange,
      message,
      dialect,
      credentials,
      meta: readMcpMeta(exchange, message.meta),
      signal: exchange.signal,
      bodyBytes: body.bytes,
      takesEvents: /\btext\/event-stream\b/i.test(exchange.request.headers.accept ?? ""),
    };
    if (dialect.isModern) return perform(request);
    const entry = inFlight.enter(inFlightKey(exchange, credentials, message.id), request.signal);
    try {
      await perform({ ...request, signal: entry.signal });
    } finally {
      entry.leave();
    }
  }

  async function perform(request: McpRequest): Promise<void> {
    const { exchange, message, dialect } = request;
    const answered = await methodOf(message.method, dialect)(context, request);
    if (answered.kind === "events") return sendEvents(exchange, answered.messages);
    return sendMessage(exchange, 200, formatAnswer(request, answered, context.serverInfo));
  }

  function refuse(exchange: Exchange, thrown: unknown, { id }: Seen): Promise<void> | void {
    if (thrown instanceof McpError) return sendMessage(exchange, thrown.status, formatError(id, thrown));
    const error = toApiError(thrown);
    const { authorization, "x-api-key": apiKey } = exchange.request.headers;
    const gaveCredentials = authorization !== undefined || apiKey !== undefined;
    if (error.status >= 500) onError?.(exchange, thrown);
    const headers: string[] = [];
    // No resource_metadata: there is no authorization server that it could name (RFC 9728 section 5.1).
    if (error.status === 401) headers.push("WWW-Authenticate", challengeOf(model, gaveCredentials));
    if (error.status === 405) headers.push("Allow", ALLOW);
    if (error.retryAfterSeconds !== undefined) headers.push("Retry-After", String(error.retryAfterSeconds));
    const message = formatError(id, toRpcError(error, exchange.requestId));
    return sendMessage(exchange, error.status, message, headers);
  }

  return guard((exchange) => {
    exchange.operation = "mcp";
    if (exchange.method === "OPTIONS") return send(exchange, 204, ["Allow", ALLOW]);
    const seen: Seen = { id: undefined };
    return answer(exchange, seen).catch((thrown: unknown) => refuse(exchange, thrown, seen));
  }, onError);
}

interface Seen {
  id: RequestId | undefined;
}

/** As much as the tool that takes most: which one is called is known when the body has been read. */
function largestInput({ operations }: Model): number {
  let most = 0;
  for (const operation of Object.values(operations)) {
    if (isTool(operation)) most = Math.max(most, operation.maxBodyBytes);
  }
  return most;
}
