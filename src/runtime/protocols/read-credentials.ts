import type { CredentialReader } from "../../wire/rest/index.ts";
import type { Credentials } from "../engine/index.ts";
import type { Exchange } from "./exchange.ts";

/** Reads who calls; undefined without credentials. Throws what `read` throws. */
export function credentialsOf(exchange: Exchange, read: CredentialReader): Credentials | undefined {
  const { authorization } = exchange.request.headers;
  const apiKey = exchange.request.headers["x-api-key"];
  if (authorization === undefined && apiKey === undefined) return undefined;
  return read(authorization, Array.isArray(apiKey) ? apiKey.join(", ") : apiKey);
}
