import type { Model } from "../../contract/model/index.ts";
import type { ServedText } from "../protocols/index.ts";
import { GRAPHQL_PATH, MCP_PATH } from "./paths.ts";
import type { StartOptions } from "./start-options.ts";

const SCHEMA_PATH = "/schema.graphql";

/** Texts about a service beside its OpenAPI document: `llms.txt`, and the GraphQL schema for those who may ask for it. */
export function servedTexts(
  model: Model,
  { docs = true, graphql = true, mcp = true, mode, publicUrl }: StartOptions,
  hasAsyncApi: boolean,
): readonly ServedText[] {
  const { introspection } = model.graphql;
  const isShown = graphql && (introspection === "always" || (introspection === "dev" && mode === "dev"));
  const schema: ServedText = {
    path: SCHEMA_PATH,
    name: "graphql-schema",
    mediaType: "text/plain; charset=utf-8",
    rel: "describedby",
    make: async () => (await import("../../contract/emit/index.ts")).emitSdl(model),
  };
  const llms: ServedText = {
    path: "/llms.txt",
    name: "llms",
    mediaType: "text/plain; charset=utf-8",
    rel: "service-meta",
    make: async () =>
      (await import("../../contract/emit/index.ts")).emitLlmsText(model, {
        rpc: true,
        ...(publicUrl === undefined ? {} : { url: publicUrl }),
        ...(docs ? { docs: "/docs" } : {}),
        ...(graphql ? { graphql: GRAPHQL_PATH } : {}),
        ...(isShown ? { graphqlSchema: SCHEMA_PATH } : {}),
        ...(hasAsyncApi ? { asyncApi: "/asyncapi.json" } : {}),
        ...(mcp === false ? {} : { mcp: MCP_PATH }),
      }),
  };
  return isShown ? [llms, schema] : [llms];
}
