import { UsageError } from "../../base/errors/index.ts";
import { createRoutes } from "../../wire/rest/index.ts";
import type { Engine } from "../engine/index.ts";
import type { Exchange, ExchangeHandler } from "../protocols/index.ts";
import { lazyHandler } from "./lazy-handler.ts";
import { MCP_PATH } from "./paths.ts";

/** How MCP is served. */
export interface McpStartOptions {
  /** Origins of web pages that may call, beside those of this machine and of `publicUrl`. */
  readonly allowedOrigins?: readonly string[];
}

/** What the route is made from. */
export interface McpRouteOptions {
  readonly engine: Engine;
  readonly options: McpStartOptions;
  readonly publicUrl: string | undefined;
  readonly onError: (exchange: Exchange, thrown: unknown) => void;
}

/** Makes the handler of `/mcp`, loaded by its first request. Throws UsageError where the contract has that path itself. */
export function createMcpRoute({ engine, options, publicUrl, onError }: McpRouteOptions): ExchangeHandler {
  const { model } = engine;
  if (`${MCP_PATH}/`.startsWith(`${model.rest.base}/`) && createRoutes(model).match(MCP_PATH) !== undefined) {
    throw new UsageError({
      place: `operation at ${MCP_PATH}`,
      expected: "another path: this one is where agents call by MCP",
      found: "an operation of the contract",
      fix: "move the operation, or start with mcp: false",
    });
  }
  const own = publicUrl === undefined ? [] : [publicUrl];
  return lazyHandler(async () => {
    const { createMcpHandler } = await import("../protocols/mcp/index.ts");
    return createMcpHandler({ engine, allowedOrigins: [...own, ...(options.allowedOrigins ?? [])], onError });
  }, onError);
}
