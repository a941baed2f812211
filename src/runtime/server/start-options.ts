import { UsageError } from "../../base/errors/index.ts";
import type { Lock } from "../../contract/evolve/index.ts";
import type { ApiKeyStore, Clock, Engine, Logger, RunnerOptions, Tracer } from "../engine/index.ts";
import type { OpenedStore, StoreOptions } from "../store/index.ts";
import type { CloseOptions } from "./close-options.ts";
import type { ListenOptions } from "./listen.ts";
import type { McpStartOptions } from "./mcp-route.ts";
import type { ServerOptions } from "./server-options.ts";

/** How a service is run. Everything has a default. */
export interface StartOptions
  extends ListenOptions,
    Pick<
      StoreOptions,
      "dataDir" | "filesDir" | "poolSize" | "idempotencyRetentionMs" | "operationRetentionMs"
    >,
    Pick<
      ServerOptions,
      "tls" | "hsts" | "limits" | "metrics" | "trustProxies" | "forwardedHeader" | "worker"
    > {
  /** `postgres://…` URL. Absent or undefined: the embedded database, in `dataDir`. */
  readonly databaseUrl?: StoreOptions["databaseUrl"] | undefined;
  /**
   * `dev` changes the database's tables to fit the contract at start; `serve` refuses to start where they do not fit.
   * Default `serve`.
   */
  readonly mode?: "dev" | "serve";
  /** Default: JSON lines on standard output, by pino. */
  readonly logger?: Logger;
  /** Of the default logger. Default `info`. */
  readonly logLevel?: LogLevel;
  /**
   * Numbers of protobuf fields that are kept for ever: the content of `concordat.lock.json`. One that does not fit the
   * contract is refused. Absent: numbers follow the order of declaration, and change with it.
   */
  readonly lock?: Lock;
  /** Scheme and authority that the outside sees, such as `https://api.example.com`. Default: none, so links are paths. */
  readonly publicUrl?: string;
  /** Whether the reference is served at `/docs`. Default true. */
  readonly docs?: boolean;
  /**
   * A second port, in cleartext, that leads to the one with TLS. Default none. Where `worker` is given, whoever started the
   * workers opens it.
   */
  readonly redirectPort?: number;
  /** Whether agents are served at `/mcp` (Model Context Protocol), and how. Default true. */
  readonly mcp?: boolean | McpStartOptions;
  /** Whether GraphQL is served at `/graphql`. Default true. */
  readonly graphql?: boolean;
  /** Whether gRPC, gRPC-Web and Connect are served. Default true. */
  readonly rpc?: boolean;
  /** Signs list cursors. Default: a random one kept in the database, the same for all replicas. */
  readonly cursorSecret?: string;
  /** True: only live API keys work; false: only test keys. Default: both. */
  readonly liveKeys?: boolean;
  /** Calls at once; more are refused with 503. Default 1,000. */
  readonly maxConcurrentCalls?: number;
  /** How the work of long-running operations is done. */
  readonly operations?: RunnerOptions;
  readonly clock?: Clock;
  readonly tracer?: Tracer;
  /** Runs when all is ready and nothing listens yet: demo data, checks. What it throws ends the start. */
  readonly prepare?: (parts: StartedParts) => Promise<void>;
}

export type LogLevel = "silent" | "error" | "warn" | "info";

/** The parts of a service that is about to listen. */
export interface StartedParts {
  readonly engine: Engine;
  readonly store: OpenedStore;
  readonly apiKeys: ApiKeyStore;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** How a service is closed. */
export type ServiceCloseOptions = CloseOptions;

const NAMES: Readonly<Record<keyof StartOptions, true>> = {
  port: true,
  host: true,
  databaseUrl: true,
  dataDir: true,
  filesDir: true,
  poolSize: true,
  idempotencyRetentionMs: true,
  operationRetentionMs: true,
  operations: true,
  tls: true,
  hsts: true,
  redirectPort: true,
  limits: true,
  metrics: true,
  trustProxies: true,
  forwardedHeader: true,
  worker: true,
  mode: true,
  logger: true,
  logLevel: true,
  lock: true,
  publicUrl: true,
  docs: true,
  mcp: true,
  graphql: true,
  rpc: true,
  cursorSecret: true,
  liveKeys: true,
  maxConcurrentCalls: true,
  clock: true,
  tracer: true,
  prepare: true,
};

/** Names of all options. */
export const START_OPTION_NAMES: readonly string[] = Object.keys(NAMES);

/** Throws UsageError for options that do not exist and values that cannot be. */
export function checkStartOptions(options: StartOptions): void {
  const mistakes = Object.keys(options)
    .filter((name) => !Object.hasOwn(NAMES, name))
    .map((name) => ({
      place: `option ${name}`,
      expected: `one of ${START_OPTION_NAMES.join(", ")}`,
      found: name,
      fix: "correct the name",
    }));
  const { redirectPort, publicUrl, tls } = options;
  for (const name of ["port", "redirectPort"] as const) {
    const port = options[name];
    if (port === undefined || (Number.isInteger(port) && port >= 0 && port <= 65_535)) continue;
    mistakes.push({
      place: `option ${name}`,
      expected: "a whole number from 0 to 65535",
      found: String(port),
      fix: "choose a port, or 0 for any free one",
    });
  }
  if (redirectPort !== undefined && tls === undefined && publicUrl?.startsWith("https:") !== true) {
    mistakes.push({
      place: "option redirectPort",
      expected: "TLS to lead to: the option tls, or a publicUrl with https",
      found: "neither",
      fix: "give one of them, or leave redirectPort out",
    });
  }
  if (publicUrl !== undefined && !/^https?:\/\/[^/?#\s]+$/.test(publicUrl)) {
    const expected = "a scheme and an authority, without a path";
    const fix = "write it like https://api.example.com";
    mistakes.push({ place: "option publicUrl", expected, found: JSON.stringify(publicUrl), fix });
  }
  if (mistakes.length > 0) throw new UsageError(mistakes);
}
