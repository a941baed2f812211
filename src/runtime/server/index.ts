export { createLogger } from "./create-logger.ts";
export {
  type CloseOptions,
  createServer,
  type HttpServer,
  type ListenOptions,
  type ServerOptions,
  type TlsOptions,
} from "./create-server.ts";
export type { ForwardedOptions } from "./forwarded.ts";
export type { ServerLimits } from "./limits.ts";
export type { MetricsAccess } from "./operational.ts";
export type {
  LogLevel,
  ServiceCloseOptions,
  StartedParts,
  StartOptions,
} from "./start-options.ts";
export { type RunningService, startService } from "./start-service.ts";
