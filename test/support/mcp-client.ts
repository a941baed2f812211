import { registerHooks } from "node:module";

/**
 * The official MCP client. A package that it uses has an export condition `source` of its own, in TypeScript, which Node
 * does not run below node_modules; so packages are resolved without that condition, which the tests set for ours.
 */
const hooks = registerHooks({
  resolve: (specifier, context, next) =>
    context.parentURL?.includes("/node_modules/")
      ? next(specifier, {
          ...context,
          conditions: context.conditions.filter((condition) => condition !== "source"),
        })
      : next(specifier, context),
});
export const { Client, StreamableHTTPClientTransport, SdkHttpError, ProtocolError } = await import(
  "@modelcontextprotocol/client"
);
export const { AjvJsonSchemaValidator } = await import("@modelcontextprotocol/client/validators/ajv");
hooks.deregister();
