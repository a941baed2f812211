import { ApiError } from "../../base/errors/index.ts";
import type { AuthenticationModel, Model } from "../../contract/model/model.ts";
import { parseApiKey } from "./headers.ts";

/** What the headers of a request say of its caller. */
export type HeaderCredentials =
  | { readonly kind: "api-key"; readonly key: string }
  | { readonly kind: "bearer"; readonly scheme: string; readonly token: string };

/**
 * Reads the Authorization and X-Api-Key headers; undefined without credentials. Throws `unauthenticated` for a scheme that
 * the contract does not name, `malformed_request` where two headers differ.
 */
export type CredentialReader = (
  authorization: string | undefined,
  apiKey: string | undefined,
) => HeaderCredentials | undefined;

/** Makes the reader of the credentials that a contract names. */
export function createCredentialReader(ways: readonly AuthenticationModel[]): CredentialReader {
  const schemes = new Map<string, string>();
  for (const way of ways) if (way.kind === "bearer") schemes.set(way.scheme.toLowerCase(), way.scheme);
  const keys = ways.some(({ kind }) => kind === "api-keys");
  const readKey = (authorization: string | undefined, apiKey: string | undefined) => {
    const key = parseApiKey(authorization, apiKey);
    return key === undefined ? undefined : ({ kind: "api-key", key } as const);
  };
  if (schemes.size === 0) return readKey;
  const forms = [...schemes.values()].map((scheme) => `${scheme} <token>`);
  if (keys) forms.push("Bearer <API key>");

  return (authorization, apiKey) => {
    if (authorization === undefined) return keys ? readKey(undefined, apiKey) : undefined;
    // RFC 9110 section 11.4: a scheme in any case, and a token68.
    const [, word = "", token = ""] =
      /^([A-Za-z0-9._~+-]+) +([A-Za-z0-9._~+/-]+=*)$/.exec(authorization) ?? [];
    const scheme = schemes.get(word.toLowerCase());
    const ours = keys && word.toLowerCase() === "bearer" && (scheme === undefined || token.startsWith("ck_"));
    if (ours) return readKey(authorization, apiKey);
    if (scheme === undefined) {
      throw new ApiError("unauthenticated", `Authorization takes the form: ${forms.join(" or ")}.`);
    }
    if (keys && apiKey !== undefined) {
      throw new ApiError(
        "malformed_request",
        "Authorization and X-Api-Key name different callers; send one.",
      );
    }
    return { kind: "bearer", scheme, token };
  };
}

/** Value of WWW-Authenticate (RFC 9110 section 11.6.1): a challenge for each scheme; `invalid`: credentials came and failed. */
export function challengeOf({ name, authentication }: Model, invalid: boolean): string {
  const schemes = new Set(authentication.map((way) => (way.kind === "bearer" ? way.scheme : "Bearer")));
  const error = invalid ? ', error="invalid_token"' : "";
  return [...schemes].map((scheme) => `${scheme} realm="${name}"${error}`).join(", ");
}
