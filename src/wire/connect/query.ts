import { decodeBase64 } from "../../base/lib/index.ts";
import { type RpcEncoding, RpcError } from "../grpc/index.ts";

/** A unary call in the query of a GET (Connect protocol, "Unary-Get-Request"). */
export interface GetCall {
  readonly encoding: RpcEncoding;
  readonly message: Uint8Array;
  /** Coding of the message, such as `gzip`. */
  readonly compression: string;
}

/** Reads a query; throws INVALID_ARGUMENT for one that is no call, UNIMPLEMENTED for an unknown encoding. */
export function parseGetQuery(query: string): GetCall {
  const values = new URLSearchParams(query);
  for (const name of ["connect", "encoding", "message", "base64", "compression"]) {
    if (values.getAll(name).length > 1) throw invalid(`The query has ${name} twice.`);
  }
  const version = values.get("connect");
  if (version !== null && version !== "v1") throw invalid("connect takes v1.");
  const encoding = values.get("encoding");
  if (encoding === null) throw invalid("The query has no encoding: proto or json.");
  if (encoding !== "proto" && encoding !== "json") {
    throw new RpcError("UNIMPLEMENTED", "encoding takes proto or json.");
  }
  const message = values.get("message");
  if (message === null) throw invalid("The query has no message.");
  const base64 = values.get("base64");
  if (base64 !== null && base64 !== "1" && base64 !== "0") throw invalid("base64 takes 1.");
  return {
    encoding,
    message: base64 === "1" ? fromBase64(message) : new TextEncoder().encode(message),
    compression: values.get("compression") ?? "identity",
  };
}

/** URL-safe base64 with or without padding. */
function fromBase64(text: string): Uint8Array {
  const bare = text.replaceAll("-", "+").replaceAll("_", "/").replace(/=+$/, "");
  const bytes = decodeBase64(bare.padEnd(Math.ceil(bare.length / 4) * 4, "="));
  if (bytes === undefined) throw invalid("message is not URL-safe base64.");
  return bytes;
}

function invalid(message: string): RpcError {
  return new RpcError("INVALID_ARGUMENT", message);
}
