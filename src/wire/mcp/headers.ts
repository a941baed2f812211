import { isRecord, type McpMessage } from "./codec.ts";
import { McpError, RPC_CODES } from "./errors.ts";
import { HANDSHAKE_VERSIONS, MODERN_VERSION, VERSIONS } from "./versions.ts";

/** Headers that say again what the body says, for those in between (Streamable HTTP, Request Metadata). */
export interface McpHeaders {
  readonly version: string | undefined;
  readonly method: string | undefined;
  readonly name: string | undefined;
}

/** How a message is answered. */
export interface Dialect {
  readonly version: string;
  /** It says everything itself; before 2026-07-28 a handshake came first. */
  readonly isModern: boolean;
}

/** Keys of `_meta` that the protocol defines. */
export const META_KEYS = {
  version: "io.modelcontextprotocol/protocolVersion",
  clientCapabilities: "io.modelcontextprotocol/clientCapabilities",
  serverInfo: "io.modelcontextprotocol/serverInfo",
} as const;

/** Requests whose parameter Mcp-Name repeats. */
const NAMED: Readonly<Record<string, "name" | "uri">> = {
  "tools/call": "name",
  "resources/read": "uri",
  "prompts/get": "name",
};

/**
 * Finds the version that a message is in, and holds its headers to its body; throws {@link McpError} with 400 where they
 * differ, something is missing or the version is not spoken (Streamable HTTP, Server Validation).
 */
export function readDialect(message: McpMessage, headers: McpHeaders): Dialect {
  const claim = message.meta[META_KEYS.version];
  const { version } = headers;
  if (claim === undefined) return readHandshake(message, version);
  if (typeof claim !== "string") throw invalidParams(`_meta["${META_KEYS.version}"] must be a text.`);
  if (version === undefined && message.kind === "request") {
    throw mismatch("The MCP-Protocol-Version header is missing.");
  }
  if (version !== undefined && version !== claim) {
    throw mismatch(`The MCP-Protocol-Version header says ${quote(version)}, the body ${quote(claim)}.`);
  }
  if (HANDSHAKE_VERSIONS.includes(claim)) return { version: claim, isModern: false };
  if (claim !== MODERN_VERSION) throw unsupported(claim);
  if (message.kind === "request") checkEnvelope(message, headers);
  return { version: claim, isModern: true };
}

/** Before 2026-07-28 the version is agreed on once and then said by the header alone. */
function readHandshake({ kind, method }: McpMessage, version: string | undefined): Dialect {
  if (version === MODERN_VERSION) {
    throw invalidParams(`In ${MODERN_VERSION} every message has _meta["${META_KEYS.version}"].`);
  }
  if (version !== undefined && !HANDSHAKE_VERSIONS.includes(version)) throw unsupported(version);
  if (version === undefined && method !== "initialize" && kind === "request") {
    throw mismatch("The MCP-Protocol-Version header is missing.");
  }
  return { version: version ?? HANDSHAKE_VERSIONS[0] ?? MODERN_VERSION, isModern: false };
}

function checkEnvelope({ method, params, meta }: McpMessage, headers: McpHeaders): void {
  if (!isRecord(meta[META_KEYS.clientCapabilities])) {
    throw invalidParams(`_meta["${META_KEYS.clientCapabilities}"] must be an object.`);
  }
  if (headers.method === undefined) throw mismatch("The Mcp-Method header is missing.");
  if (headers.method !== method) {
    throw mismatch(`The Mcp-Method header says ${quote(headers.method)}, the body ${quote(method)}.`);
  }
  const source = Object.hasOwn(NAMED, method) ? NAMED[method] : undefined;
  const named = source === undefined ? undefined : params[source];
  if (typeof named !== "string") return;
  if (headers.name === undefined) throw mismatch("The Mcp-Name header is missing.");
  const name = decodeHeaderValue(headers.name);
  if (name === undefined) throw mismatch("The Mcp-Name header is not what its encoding says.");
  if (name !== named) {
    throw mismatch(`The Mcp-Name header says ${quote(name)}, the body ${quote(named)}.`);
  }
}

/** Reads a header value, in base64 where it says so; undefined where that is broken (Streamable HTTP, Value Encoding). */
export function decodeHeaderValue(value: string): string | undefined {
  if (!value.startsWith("=?base64?") || !value.endsWith("?=")) return value;
  const coded = value.slice("=?base64?".length, -"?=".length);
  if (!/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(coded)) return undefined;
  try {
    const bytes = Uint8Array.from(atob(coded), (letter) => letter.charCodeAt(0));
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

function mismatch(message: string): McpError {
  return new McpError(RPC_CODES.headerMismatch, message, { status: 400 });
}

function invalidParams(message: string): McpError {
  return new McpError(RPC_CODES.invalidParams, message, { status: 400 });
}

function unsupported(requested: string): McpError {
  return new McpError(
    RPC_CODES.unsupportedVersion,
    `This version of the protocol is not spoken. Spoken: ${VERSIONS.join(", ")}.`,
    { status: 400, data: { supported: VERSIONS, requested: requested.slice(0, 64) } },
  );
}

function quote(text: string): string {
  return JSON.stringify(text.slice(0, 128));
}
