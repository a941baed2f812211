import { UsageError } from "../../base/errors/index.ts";
import type { Model } from "../../contract/model/model.ts";
import type { BearerCredentials, Principal } from "./call.ts";
import type { Db } from "./context.ts";
import type { Logger } from "./ports.ts";

/** Whom a token names. */
export interface Caller {
  /** Equals the id of the row the caller acts for where there is one. */
  readonly id: string;
  /** Default: none. */
  readonly roles?: readonly string[];
  /** Id of the token or session, for the log; never the token itself. Default: the caller's id. */
  readonly credentialId?: string;
}

/** What checking a token may use. */
export interface AuthenticationContext {
  /** Reads only. */
  readonly db: Db;
  /** The engine's clock, RFC 3339 in UTC. */
  now(): string;
  readonly signal: AbortSignal;
  readonly log: Logger;
}

/**
 * Makes the caller of a token that the service itself has issued; undefined, never an exception, for one that is not
 * valid or no longer. Called for each call that brings a token, before anything else of it is looked at.
 */
export type Authenticate = (
  credentials: BearerCredentials,
  context: AuthenticationContext,
) => Promise<Caller | undefined> | Caller | undefined;

/** Fills the defaults in. */
export function toPrincipal({ id, roles = [], credentialId = id }: Caller): Principal {
  return { id, roles, credentialId, live: true };
}

/** Throws UsageError where a contract names tokens that nobody checks, or where a check has nothing to do. */
export function checkAuthenticate(
  { name, authentication }: Model,
  authenticate: Authenticate | undefined,
): void {
  const scheme = authentication.find(({ kind }) => kind === "bearer");
  if ((scheme !== undefined) === (authenticate !== undefined)) return;
  throw new UsageError(
    scheme === undefined
      ? {
          place: `service of ${name}, authenticate`,
          expected: "a contract that names the tokens it checks",
          found: "one that names API keys alone",
          fix: "add authentication: [bearerTokens()] to the api, or remove it",
        }
      : {
          place: `service of ${name}, authenticate`,
          expected: "a function that checks the tokens of the contract",
          found: "none",
          fix: "give service(api, handlers, { authenticate })",
        },
  );
}
