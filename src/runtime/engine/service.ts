import type { Api } from "../../contract/language/index.ts";
import type { Authenticate } from "./authenticate.ts";
import type { Db } from "./context.ts";
import type { Handler } from "./handle.ts";

/** What a service is given beside its contract and handlers. */
export interface ServiceOptions {
  /** Fills an empty database with demo data; run once, in one transaction, by `concordat dev`. */
  readonly seed?: (context: SeedContext) => Promise<void>;
  /** Checks the tokens of an api that names `bearerTokens`. */
  readonly authenticate?: Authenticate;
  /** The GraphQL documents of an api that runs only trusted ones; the service does not start with one that cannot be run. */
  readonly trustedDocuments?: TrustedDocuments;
}

/**
 * GraphQL documents as clients' build tools write them: texts by name or hash (Relay, GraphQL Code Generator), or Apollo's
 * persisted query manifest.
 */
export type TrustedDocuments =
  | Readonly<Record<string, string>>
  | {
      readonly format: "apollo-persisted-query-manifest";
      readonly version: number;
      readonly operations: readonly { readonly id: string; readonly body: string }[];
    };

/** What a seed is given. */
export interface SeedContext {
  readonly db: Db;
  /** The clock's time, RFC 3339 in UTC. */
  now(): string;
  /** Makes an API key and returns it; its name tells it apart in `.concordat/dev.json`. */
  apiKey(
    name: string,
    holder: { readonly principal: string; readonly roles: readonly string[] },
  ): Promise<string>;
}

/** A contract with its handlers; inert: nothing is opened and nothing runs until it is started. */
export interface Service {
  readonly kind: "service";
  readonly api: Api;
  readonly handlers: readonly Handler[];
  readonly options: ServiceOptions;
}

/** Gathers a contract and its handlers: the default export of a service module. */
export function service(api: Api, handlers: readonly Handler[] = [], options: ServiceOptions = {}): Service {
  return Object.freeze({ kind: "service", api, handlers: Object.freeze([...handlers]), options });
}
