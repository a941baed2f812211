import { ApiError } from "../../../base/errors/index.ts";
import type { JsonValue } from "../../../base/lib/json.ts";
import { type JsonRecord, McpError, type McpHeaders, RPC_CODES } from "../../../wire/mcp/index.ts";
import { isTraceparent, parseContentType, parseTimeoutMs, toJson } from "../../../wire/rest/index.ts";
import type { CallMeta } from "../../engine/index.ts";
import type { Exchange } from "../exchange.ts";
import { parseJsonBody } from "../parse-json-body.ts";
import { readBody } from "../read-body.ts";
import { readMeta } from "../read-meta.ts";
import type { OriginCheck } from "./origin.ts";

/** Methods of the endpoint, for the Allow header. */
export const ALLOW = "POST, OPTIONS";

/** Key of `_meta` for the milliseconds that a call may take. */
const TIMEOUT_KEY = "concordat/timeoutMs";

/** Looks at what can be refused before the body is read; throws ApiError. */
export function checkHead({ method, request }: Exchange, isAllowedOrigin: OriginCheck): void {
  const { origin, accept, "content-type": contentType } = request.headers;
  if (!isAllowedOrigin(origin)) {
    throw new ApiError("forbidden", "Pages of this origin may not call; see the option mcp.allowedOrigins.");
  }
  if (method !== "POST") {
    throw new ApiError("method_not_allowed", `${method} is not offered here. Allowed: ${ALLOW}.`);
  }
  if (accept !== undefined && !/(?:application|\*)\/(?:json|\*)/i.test(accept)) {
    throw new ApiError("not_acceptable", "Answers are application/json; Accept takes none of it.");
  }
  const found = contentType === undefined ? undefined : parseContentType(contentType);
  const isJson = found?.mediaType === "application/json";
  if (!isJson || (found.charset !== undefined && found.charset !== "utf-8")) {
    throw new ApiError("unsupported_media_type", "Messages are application/json in UTF-8.");
  }
}

/** A body as a value, and how large it was. */
export interface McpBody {
  readonly value: JsonValue;
  readonly bytes: number;
}

/** Reads the body as a JSON value; throws {@link McpError} with the place of the first mistake. */
export async function readMcpBody(exchange: Exchange, maxBytes: number): Promise<McpBody> {
  const bytes = await readBody(exchange, maxBytes);
  try {
    return { value: parseJsonBody(bytes), bytes: bytes.length };
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    const { message, data } = error;
    throw new McpError(RPC_CODES.parseError, message, { status: 400, data: toJson(data ?? {}) });
  }
}

/** Reads the headers that repeat what the body says. */
export function readMcpHeaders({ request: { headers } }: Exchange): McpHeaders {
  const read = (name: string) => {
    const value = headers[name];
    // Node joins what came twice, which then differs from what the body says.
    return typeof value === "string" ? value.trim() : value?.join(", ");
  };
  return { version: read("mcp-protocol-version"), method: read("mcp-method"), name: read("mcp-name") };
}

/** Reads what a call carries beside its arguments: trace and time, from `_meta` or else from headers. */
export function readMcpMeta(exchange: Exchange, meta: JsonRecord): CallMeta {
  const { traceparent, [TIMEOUT_KEY]: timeout } = meta;
  const read = readMeta(exchange, "mcp", timeout === undefined ? undefined : parseTimeoutMs(String(timeout)));
  return typeof traceparent === "string" && isTraceparent(traceparent) ? { ...read, traceparent } : read;
}
