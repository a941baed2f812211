import { type ApiError, renamePointers } from "../../base/errors/index.ts";
import type { JsonValue } from "../../base/lib/json.ts";
import { toJson } from "../rest/errors.ts";

/** Error codes of JSON-RPC 2.0 and of the Model Context Protocol (2026-07-28, Base Protocol, Error Codes). */
export const RPC_CODES = {
  parseError: -32700,
  invalidRequest: -32600,
  methodNotFound: -32601,
  invalidParams: -32602,
  internalError: -32603,
  headerMismatch: -32020,
  unsupportedVersion: -32022,
  /** Up to 2025-11-25; later versions say invalidParams. */
  resourceNotFound: -32002,
} as const;

/** What a JSON-RPC error carries besides code and message. */
export interface McpErrorOptions {
  /** HTTP status of the answer. Default 200: the error is an answer like any other. */
  readonly status?: number;
  readonly data?: JsonValue;
}

/** A mistake in the protocol itself, as opposed to a call that was refused: answered as a JSON-RPC error. */
export class McpError extends Error {
  override readonly name = "McpError";
  readonly code: number;
  readonly status: number;
  readonly data: JsonValue | undefined;

  constructor(code: number, message: string, { status = 200, data }: McpErrorOptions = {}) {
    super(message);
    this.code = code;
    this.status = status;
    this.data = data;
  }
}

/** An error of the API in structured form: what agents and programs read of it. */
export function formatErrorDetails(error: ApiError, requestId: string, pointerOf?: PointerOf): JsonValue {
  const { code, status, title, data, retryAfterSeconds, entry } = error;
  const { message, violations } = pointerOf === undefined ? error : renamePointers(error, pointerOf);
  return {
    code,
    status,
    title,
    message,
    retry: entry.retry,
    requestId,
    ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
    ...(violations.length === 0
      ? {}
      : {
          violations: violations.map((violation) => ({
            pointer: violation.pointer,
            code: violation.code,
            message: violation.message,
          })),
        }),
    ...(data === undefined ? {} : { data: toJson(data) }),
  };
}

/** Turns a place in the call into one in the tool's arguments. */
export type PointerOf = (pointer: string) => string;
