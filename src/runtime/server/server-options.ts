import type { ErrorFormat } from "../../wire/rest/index.ts";
import type { Logger } from "../engine/index.ts";
import type { ExchangeHandler, RpcHandler } from "../protocols/index.ts";
import type { CloseOptions } from "./close-options.ts";
import type { ForwardedOptions } from "./forwarded.ts";
import type { ServerLimits } from "./limits.ts";
import type { ListenOptions } from "./listen.ts";
import type { Metrics } from "./metrics.ts";
import type { MetricsAccess } from "./operational.ts";
import type { HstsOptions } from "./tls/hsts.ts";
import type { TlsOptions } from "./tls/tls-options.ts";
import type { WorkerRole } from "./workers/index.ts";

/** What a server is made of. */
export interface ServerOptions extends ForwardedOptions {
  /** Answers everything but the paths in `routes` and health and metrics. */
  readonly handler: ExchangeHandler;
  /** Serves RPCs, wherever they come; asked after `routes` and before `handler`. */
  readonly rpc?: RpcHandler;
  /** Handlers by exact path, asked before `handler`. */
  readonly routes?: ReadonlyMap<string, ExchangeHandler>;
  /** Certificate and key as PEM, or their files; with them the port speaks TLS only. */
  readonly tls?: TlsOptions;
  /** Whether browsers are told to come by TLS only (RFC 6797). Default: where this port speaks TLS, for a year. */
  readonly hsts?: boolean | HstsOptions;
  readonly limits?: Partial<ServerLimits>;
  /** Default: none, so that nothing is logged. */
  readonly logger?: Logger;
  /** Rejects while requests cannot be served; read by `/readyz`. */
  readonly ready?: () => Promise<void>;
  /** Whom `/metrics` is served to; false: nobody. Default `private`. */
  readonly metrics?: false | MetricsAccess;
  /** Given where this process is one of several that serve the same port. */
  readonly worker?: WorkerRole;
  /** How requests are refused that the handler does not get to see. Default: problem+json. */
  readonly errorFormat?: ErrorFormat;
}

/** One port that speaks HTTP/1.1 and HTTP/2, in cleartext or over TLS. */
export interface HttpServer {
  /** Listens; resolves with the base URL, such as `http://127.0.0.1:4000`. */
  listen(options?: ListenOptions): Promise<{ readonly url: string; readonly port: number }>;
  /** Stops: readiness down, requests under way are finished, the rest is cut off at the deadline. Later calls wait for the first. */
  close(options?: CloseOptions): Promise<void>;
  /** Reads the files of the certificate again, now; they are watched anyway. */
  reloadCertificate(): Promise<void>;
  readonly metrics: Metrics;
  readonly connections: number;
  readonly requestsInFlight: number;
}
