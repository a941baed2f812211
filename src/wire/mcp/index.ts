export { createPointerOf, readToolArguments, type ToolCallParts } from "./arguments.ts";
export {
  formatError,
  formatEvent,
  formatNotification,
  formatResult,
  isRecord,
  type JsonRecord,
  KEEP_ALIVE,
  type McpMessage,
  type RequestId,
  readMessage,
} from "./codec.ts";
export { formatErrorDetails, McpError, type PointerOf, RPC_CODES } from "./errors.ts";
export { type Dialect, type McpHeaders, META_KEYS, readDialect } from "./headers.ts";
export { listUri, parseResourceUri, type ResourcePlace, rowUriTemplate } from "./uri.ts";
export { MODERN_VERSION, negotiateVersion, VERSIONS } from "./versions.ts";
