import type { Lock } from "../../contract/evolve/index.ts";
import type { Service } from "../../runtime/engine/index.ts";
import {
  type CloseOptions,
  createLogger,
  joinWorkers,
  openRedirectServer,
  type StartOptions,
  startService,
  superviseWorkers,
  type WorkerRole,
  workerNumber,
} from "../../runtime/server/index.ts";
import { EXIT } from "./command.ts";
import { CliFailure, explain, type Failure, usageFailure } from "./failure.ts";

/** What {@link serveWorkers} serves, and how. */
export interface ServeWorkersOptions {
  readonly workers: number;
  readonly options: StartOptions;
  readonly close: CloseOptions;
  readonly load: () => Promise<{ readonly service: Service; readonly lock?: Lock }>;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/**
 * Serves by several processes, which run this same command line: the first one keeps the others and loads no service,
 * so nothing of the service's can end it. Throws CliFailure with a worker's own words where workers cannot start.
 */
export async function serveWorkers(given: ServeWorkersOptions): Promise<void> {
  const { workers, options, close, load, cwd, env } = given;
  const number = workerNumber(env);
  if (number !== undefined) {
    const start = async (worker: WorkerRole) => {
      const { service, ...held } = await load();
      return startService(service, { ...options, ...held, worker });
    };
    return joinWorkers(number, start, (thrown) => explain(thrown, cwd));
  }
  const { logLevel = "info", port = 0, host = "127.0.0.1", tls, redirectPort, publicUrl } = options;
  const scheme = tls === undefined ? "http" : "https";
  const logger = createLogger(logLevel);
  // Which free port it became is not known here.
  if (redirectPort !== undefined && port === 0 && publicUrl?.startsWith("https:") !== true) {
    throw usageFailure("--redirect-port with --workers needs a --port to lead to, or an https --public-url");
  }
  const redirect =
    redirectPort === undefined
      ? undefined
      : await openRedirectServer({ publicUrl, port }, { port: redirectPort, host });
  const failure = await superviseWorkers({ count: workers, logger, close, listen: { port, host }, scheme });
  await redirect?.close();
  if (failure === undefined) return;
  throw new CliFailure(
    isFailure(failure.reason) ? failure.reason : { exitCode: EXIT.wrong, message: failure.message },
  );
}

function isFailure(reason: unknown): reason is Failure {
  return typeof reason === "object" && reason !== null && "exitCode" in reason && "message" in reason;
}
