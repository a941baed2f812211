/** Whether a Content-Type is the family's alone, so that the path need not be asked. */
export function isRpcContentType(header: string): boolean {
  return /^application\/(?:grpc|proto|connect\+)/i.test(header);
}

/** How the messages of an RPC are written. */
export type RpcEncoding = "proto" | "json";

/** What a Content-Type says of an RPC. */
export interface RpcContentType {
  readonly form: "grpc" | "grpc-web" | "grpc-web-text" | "connect-stream" | "connect-unary";
  /** Undefined: the form is one of ours, the encoding is none of ours. */
  readonly encoding: RpcEncoding | undefined;
}

const FORMS = [
  // Longer ones first: each is a beginning of those before it.
  ["application/grpc-web-text", "grpc-web-text"],
  ["application/grpc-web", "grpc-web"],
  ["application/grpc", "grpc"],
] as const;

const CONNECT_STREAM = "application/connect+";

/**
 * Reads a Content-Type; undefined for what is none of the family's. `application/json` is Connect's unary form, and
 * everybody else's too: the path tells.
 */
export function parseRpcContentType(header: string): RpcContentType | undefined {
  const known = KNOWN.get(header);
  if (known !== undefined) return known;
  const end = header.indexOf(";");
  const type = (end === -1 ? header : header.slice(0, end)).trim().toLowerCase();
  if (type === "application/json")
    return isUtf8(header) ? { form: "connect-unary", encoding: "json" } : undefined;
  if (type === "application/proto") return { form: "connect-unary", encoding: "proto" };
  if (type.startsWith(CONNECT_STREAM)) {
    return { form: "connect-stream", encoding: encodingOf(type.slice(CONNECT_STREAM.length)) };
  }
  for (const [prefix, form] of FORMS) {
    if (type === prefix) return { form, encoding: "proto" };
    if (type.startsWith(`${prefix}+`)) return { form, encoding: encodingOf(type.slice(prefix.length + 1)) };
  }
  return undefined;
}

// What nearly all clients send, so that these are read once.
const KNOWN = new Map<string, RpcContentType>();
for (const header of [
  "application/grpc",
  "application/grpc+proto",
  "application/grpc-web+proto",
  "application/proto",
]) {
  const parsed = parseRpcContentType(header);
  if (parsed !== undefined) KNOWN.set(header, parsed);
}

function encodingOf(suffix: string): RpcEncoding | undefined {
  return suffix === "proto" || suffix === "json" ? suffix : undefined;
}

/** JSON is UTF-8 (RFC 8259 section 8.1). */
function isUtf8(header: string): boolean {
  const charset = /;\s*charset=("?)([^";\s]+)\1/i.exec(header)?.[2];
  return charset === undefined || charset.toLowerCase() === "utf-8";
}
