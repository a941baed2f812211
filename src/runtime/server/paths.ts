/** Where GraphQL is served. */
export const GRAPHQL_PATH = "/graphql";

/** Where agents call. */
export const MCP_PATH = "/mcp";
