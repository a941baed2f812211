import { type JsonValue, stringifyJson } from "../../base/lib/index.ts";
import { McpError, RPC_CODES } from "./errors.ts";

/** A JSON object as it came. */
export type JsonRecord = { readonly [key: string]: JsonValue };

/** Id of a request: never null, and no fraction (Base Protocol, Requests). */
export type RequestId = string | number;

/** One message of a client. */
export type McpMessage =
  | ({ readonly kind: "request"; readonly id: RequestId } & MessageBody)
  | ({ readonly kind: "notification" } & MessageBody);

/** What requests and notifications have in common. */
export interface MessageBody {
  readonly method: string;
  readonly params: JsonRecord;
  /** `params._meta`. */
  readonly meta: JsonRecord;
}

const LONGEST_METHOD = 200;

/** Reads the one message of a body; throws {@link McpError} with 400 for whatever is none: batches and responses too. */
export function readMessage(value: JsonValue): McpMessage {
  if (Array.isArray(value)) throw invalid("Batches are not taken: send each message by itself.");
  if (!isRecord(value)) throw invalid("The body is not a JSON-RPC message: it must be an object.");
  const { jsonrpc, method, params = {}, id } = value;
  if (jsonrpc !== "2.0") throw invalid('The body is not a JSON-RPC message: "jsonrpc" must be "2.0".');
  if (method === undefined && (value.result !== undefined || value.error !== undefined)) {
    throw invalid("Responses are not taken: this server asks nothing.");
  }
  if (typeof method !== "string" || method.length > LONGEST_METHOD) {
    throw invalid('"method" must be a text.');
  }
  if (!isRecord(params)) throw invalid('"params" must be an object.');
  const { _meta: meta = {} } = params;
  if (!isRecord(meta)) throw invalid('"params._meta" must be an object.');
  if (!Object.hasOwn(value, "id")) return { kind: "notification", method, params, meta };
  if (typeof id !== "string" && !(typeof id === "number" && Number.isSafeInteger(id))) {
    throw invalid('"id" must be a text or a whole number.');
  }
  return { kind: "request", id, method, params, meta };
}

/** Tells a JSON object from everything else. */
export function isRecord(value: JsonValue | undefined): value is JsonRecord {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Writes a result; `result` is its JSON text. */
export function formatResult(id: RequestId, result: string): string {
  return `{"jsonrpc":"2.0","id":${JSON.stringify(id)},"result":${result}}`;
}

/** Writes an error; without an id where that could not be read. */
export function formatError(id: RequestId | undefined, { code, message, data }: McpError): string {
  return stringifyJson({
    jsonrpc: "2.0",
    ...(id === undefined ? {} : { id }),
    error: { code, message, ...(data === undefined ? {} : { data }) },
  });
}

/** Writes a notification. */
export function formatNotification(method: string, params: JsonRecord): string {
  return stringifyJson({ jsonrpc: "2.0", method, params });
}

/** Writes a message as an event of a stream; its text has no line breaks outside of escapes. */
export function formatEvent(message: string): string {
  return `event: message\ndata: ${message}\n\n`;
}

/** An event that says nothing, so that nobody in between takes a quiet stream for a dead one. */
export const KEEP_ALIVE = ":\n\n";

function invalid(message: string): McpError {
  return new McpError(RPC_CODES.invalidRequest, message, { status: 400 });
}
