export type { Lock } from "../../contract/evolve/lock.ts";
export { parseLock } from "../../contract/evolve/lock-text.ts";
export type { CloseOptions } from "./close-options.ts";
export { createLogger } from "./create-logger.ts";
export { createServer } from "./create-server.ts";
export type { ForwardedOptions } from "./forwarded.ts";
export type { ServerLimits } from "./limits.ts";
export type { ListenOptions } from "./listen.ts";
export type { McpStartOptions } from "./mcp-route.ts";
export type { MetricsAccess } from "./operational.ts";
export type { HttpServer, ServerOptions } from "./server-options.ts";
export type {
  LogLevel,
  ServiceCloseOptions,
  StartedParts,
  StartOptions,
} from "./start-options.ts";
export { type RunningService, startService } from "./start-service.ts";
export type { HstsOptions } from "./tls/hsts.ts";
export { openRedirectServer, type RedirectServer, type RedirectTarget } from "./tls/redirect-server.ts";
export type { CertificateOptions, TlsOptions } from "./tls/tls-options.ts";
export { joinWorkers, superviseWorkers, type WorkerRole, workerNumber } from "./workers/index.ts";
