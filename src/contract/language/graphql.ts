/** How GraphQL offers a whole api, where it should differ from the house's own defaults. */
export interface GraphqlOptions {
  /**
   * Who may read the schema from the API, by introspection and by suggestions in error messages: `dev` only while
   * developing. Default `dev`.
   */
  readonly introspection?: "dev" | "always" | "never";
  /**
   * Which documents are run: `any`, which clients may also name by hash once they have sent them (automatic persisted
   * queries), or only the `trusted` ones that the service is given. Default `any`.
   */
  readonly documents?: "any" | "trusted";
  /** Takes lists of requests in one body. Default: none; `{}` takes the default. */
  readonly batch?: { /** Default 10. */ readonly maxRequests?: number };
  /** Offers it as a subgraph of Apollo Federation 2. Default false. */
  readonly federation?: boolean;
  readonly limits?: GraphqlLimits;
}

/** How much one GraphQL request may be; the defaults stand in docs/guide/graphql-http.md, each with its reason. */
export interface GraphqlLimits {
  /** Bytes of the request's body, variables included. Default 1 MiB. */
  readonly maxBodyBytes?: number;
  /** Tokens of the document; the parser stops there. Default 5,000. */
  readonly maxTokens?: number;
  /** Deepest nesting of selection sets, those of fragments included. Default 20. */
  readonly maxDepth?: number;
  /** Fields once every fragment stands where it is spread. Default 2,000. */
  readonly maxFields?: number;
  /** Fields of one operation's root. Default 20. */
  readonly maxRootFields?: number;
  /** Fields with an alias, once every fragment stands where it is spread. Default 100. */
  readonly maxAliases?: number;
  /** Directives of the document. Default 50. */
  readonly maxDirectives?: number;
  /** Rows that the answer may have, estimated from `first` and `last`. Default 10,000. */
  readonly maxCost?: number;
}
