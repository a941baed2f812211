/** A way in which callers say who they are. */
export type AuthenticationSpec =
  | { readonly kind: "api-keys" }
  | {
      readonly kind: "bearer";
      /** Word before the token in the Authorization header. */
      readonly scheme: string;
      /** What the tokens are, for documents: `JWT`. */
      readonly format?: string;
      readonly description?: string;
    };

export interface BearerOptions {
  /** Word before the token in the Authorization header: `Token` for `Authorization: Token …`. Default `Bearer`. */
  readonly scheme?: string;
  /** What the tokens are, for documents: `JWT`. */
  readonly format?: string;
  readonly description?: string;
}

/** API keys that Concordat issues, in `Authorization: Bearer ck_…` or `X-Api-Key`. What an api has that names none. */
export const apiKeys: AuthenticationSpec = Object.freeze({ kind: "api-keys" });

/**
 * Tokens that the service itself issues and checks, in the Authorization header: the service is given `authenticate`,
 * which makes the caller of a token.
 */
export function bearerTokens({ scheme = "Bearer", ...rest }: BearerOptions = {}): AuthenticationSpec {
  return Object.freeze({ kind: "bearer", scheme, ...rest });
}
