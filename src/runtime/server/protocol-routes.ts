import type { Engine, ServiceOptions } from "../engine/index.ts";
import type { Exchange, ExchangeHandler } from "../protocols/index.ts";
import { graphqlRoutes } from "./graphql-route.ts";
import { createMcpRoute } from "./mcp-route.ts";
import { MCP_PATH } from "./paths.ts";
import type { StartOptions } from "./start-options.ts";

/** Makes the handlers of the protocols that have paths of their own, by path. */
export async function protocolRoutes(
  { engine, service }: { readonly engine: Engine; readonly service: ServiceOptions },
  {
    graphql = true,
    mcp = true,
    mode,
    publicUrl,
  }: Pick<StartOptions, "graphql" | "mcp" | "mode" | "publicUrl">,
  onError: (exchange: Exchange, thrown: unknown) => void,
): Promise<ReadonlyMap<string, ExchangeHandler>> {
  const routes = new Map<string, ExchangeHandler>();
  if (graphql) {
    const { trustedDocuments } = service;
    const made = await graphqlRoutes({ engine, isDev: mode === "dev", trustedDocuments, onError });
    for (const [path, handler] of made) routes.set(path, handler);
  }
  if (mcp !== false) {
    const options = mcp === true ? {} : mcp;
    routes.set(MCP_PATH, createMcpRoute({ engine, options, publicUrl, onError }));
  }
  return routes;
}
