export { createMcpHandler, type McpOptions } from "./handler.ts";
