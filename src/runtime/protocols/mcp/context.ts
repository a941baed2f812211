import type { JsonValue } from "../../../base/lib/json.ts";
import type { Model } from "../../../contract/model/model.ts";
import type { Dialect, JsonRecord, McpMessage } from "../../../wire/mcp/index.ts";
import type { CallMeta, Credentials, Engine } from "../../engine/index.ts";
import type { Exchange } from "../exchange.ts";
import type { ToolPlans } from "./plan.ts";

/** What all requests to one MCP endpoint share. */
export interface McpContext {
  readonly model: Model;
  readonly engine: Pick<Engine, "execute" | "offers">;
  readonly tools: ToolPlans;
  /** What the server says of itself. */
  readonly serverInfo: JsonRecord;
}

/** One request on its way to its answer. */
export interface McpRequest {
  readonly exchange: Exchange;
  readonly message: Extract<McpMessage, { kind: "request" }>;
  readonly dialect: Dialect;
  readonly credentials: Credentials | undefined;
  readonly meta: CallMeta;
  /** Aborted when the caller has gone or has called the request off. */
  readonly signal: AbortSignal;
  /** Size of the whole message. */
  readonly bodyBytes: number;
  /** Whether the answer may be a stream of events. */
  readonly takesEvents: boolean;
}

/** What a request is answered with: a result, or messages until the one with the result. */
export type McpAnswer = McpResult | { readonly kind: "events"; readonly messages: AsyncIterable<string> };

/** A result as members of JSON text: answers of the engine are not taken apart to be written again. */
export interface McpResult {
  readonly kind: "result";
  readonly members: readonly string[];
  readonly meta?: ResultMeta;
}

/** What goes into `_meta` of a result beside the server's name. */
export type ResultMeta = { readonly [key: string]: JsonValue };
