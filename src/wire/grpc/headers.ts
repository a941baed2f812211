import { encodeBase64 } from "../../base/lib/index.ts";

/**
 * A name of custom metadata (PROTOCOL-HTTP2 "Header-Name"). Upper case is taken and written small, since HTTP/2 has no
 * upper case.
 */
const NAME = /^[0-9a-z_.-]+$/;

/** Names that belong to the protocols or to HTTP, which metadata may not take. */
const RESERVED = new Set([
  ...["connection", "content-encoding", "content-length", "content-type", "date", "host", "keep-alive"],
  ...["proxy-connection", "te", "trailer", "transfer-encoding", "upgrade", "x-request-id"],
]);

const BINARY_SUFFIX = "-bin";
// Printable ASCII; HTTP takes the space and the tab between others too (PROTOCOL-HTTP2 "ASCII-Value").
const VALUE = /^[\x20-\x7e]*$/;

/**
 * Checks one piece of metadata and gives its name and value as they are sent: bytes as base64 without padding. Throws
 * TypeError for a reserved or illegal name and for a value that its name cannot have.
 */
export function toMetadata(name: string, value: string | Uint8Array): readonly [string, string] {
  const small = name.toLowerCase();
  if (!NAME.test(small)) throw new TypeError(`${JSON.stringify(name)} is no name for metadata.`);
  if (RESERVED.has(small) || small.startsWith("grpc-") || small.startsWith("connect-")) {
    throw new TypeError(`${name} belongs to the protocol and is no name for metadata.`);
  }
  if (typeof value !== "string") {
    if (!small.endsWith(BINARY_SUFFIX))
      throw new TypeError(`${name} takes text: bytes go by names that end in -bin.`);
    return [small, toBase64(value)];
  }
  if (!VALUE.test(value))
    throw new TypeError(`The value of ${name} has a character that metadata cannot have.`);
  return [small, value.trim()];
}

/** Base64 without padding, as all of the family write it; with padding it is read too. */
export function toBase64(bytes: Uint8Array): string {
  return encodeBase64(bytes).replace(/=+$/, "");
}

const PLAIN_MESSAGE = /^[\x20-\x24\x26-\x7e]*$/;

/** Writes grpc-message: UTF-8, with every byte but printable ASCII, and the percent sign, percent-encoded. */
export function formatGrpcMessage(message: string): string {
  if (PLAIN_MESSAGE.test(message)) return message;
  let text = "";
  for (const byte of new TextEncoder().encode(message)) {
    if (byte >= 0x20 && byte <= 0x7e && byte !== 0x25) text += String.fromCharCode(byte);
    else text += `%${byte.toString(16).toUpperCase().padStart(2, "0")}`;
  }
  return text;
}
