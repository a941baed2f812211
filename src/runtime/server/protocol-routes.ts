import type { Engine } from "../engine/index.ts";
import type { Exchange, ExchangeHandler } from "../protocols/index.ts";
import { createMcpRoute, MCP_PATH } from "./mcp-route.ts";
import type { StartOptions } from "./start-options.ts";

/** Makes the handlers of the protocols that have one path, by that path. */
export function protocolRoutes(
  engine: Engine,
  { mcp = true, publicUrl }: Pick<StartOptions, "mcp" | "publicUrl">,
  onError: (exchange: Exchange, thrown: unknown) => void,
): ReadonlyMap<string, ExchangeHandler> {
  const routes = new Map<string, ExchangeHandler>();
  if (mcp !== false) {
    const options = mcp === true ? {} : mcp;
    routes.set(MCP_PATH, createMcpRoute({ engine, options, publicUrl, onError }));
  }
  return routes;
}
