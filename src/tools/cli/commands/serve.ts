import { availableParallelism } from "node:os";
import { relative, resolve } from "node:path";
import {
  type CloseOptions,
  type LogLevel,
  type RunningService,
  type StartOptions,
  startService,
} from "../../../runtime/server/index.ts";
import type { Command, CommandContext } from "../command.ts";
import { environmentFailure, usageFailure } from "../failure.ts";
import { loadService } from "../load-api.ts";
import { openLockFile } from "../lock-file.ts";
import { serveWorkers } from "../serve-workers.ts";
import { DATABASE_OPTIONS, type DatabasePlace, databasePlace, filesPlace, portOf } from "../settings.ts";
import { untilSignal } from "../until-signal.ts";

const LOG_LEVELS: readonly LogLevel[] = ["silent", "error", "warn", "info"];
/** Kubernetes sends SIGKILL after 30 s; what has not finished by now would not by then. */
const CLOSE_MS = 25_000;

/** `concordat serve`: a service in production. */
export const serve: Command = {
  name: "serve",
  summary: "Run a service in production, on PostgreSQL",
  usage: "[service] [--port <port>] [--host <address>] [--workers <count>]",
  maxArguments: 1,
  details:
    "Needs DATABASE_URL, or --database-url, or (to run on the embedded PostgreSQL) --data. Changes no table: where the database\n" +
    "does not fit the contract, or concordat.lock.json does not, it refuses to start. Loads no demo data. Logs are JSON lines on stdout. SIGTERM drains: readiness\n" +
    "turns 503, requests under way are finished, then the process ends with 0. With --workers, SIGHUP replaces the processes one by one: no request is refused;\n" +
    "without, it reads the certificate again, which is also done when its files change.",
  options: {
    port: { value: "port", description: "Port to listen on; 0 for any free one. Default PORT, else 4000" },
    host: { value: "address", description: "Address to listen on. Default 0.0.0.0: every one" },
    "public-url": { value: "url", description: "Scheme and authority that callers see, for links" },
    "tls-cert": {
      value: "file",
      description:
        "Certificate chain, PEM; with --tls-key the port speaks TLS only. Read again when it changes",
    },
    "tls-key": { value: "file", description: "Private key, PEM" },
    "redirect-port": { value: "port", description: "A port in cleartext that leads to the one with TLS" },
    "trust-proxies": {
      value: "addresses",
      description: "Proxies whose X-Forwarded-For is believed: addresses or CIDR blocks, by comma",
    },
    "notice-ms": {
      value: "ms",
      description:
        "After SIGTERM, time for load balancers to notice before connections are refused. Default 0",
    },
    workers: {
      value: "count",
      description:
        "Processes that share the port, or auto: one for each core. PostgreSQL only. Default: one, alone",
    },
    "log-level": { value: "level", description: "silent, error, warn or info. Default info" },
    ...DATABASE_OPTIONS,
  },
  examples: [
    ["DATABASE_URL=postgres://app@db/clinic concordat serve examples/clinic", "Serve on port 4000"],
    ["concordat serve . --workers auto --database-url postgres://app@db/clinic", "Serve on every core"],
    [
      "concordat serve . --data /var/lib/api --public-url https://api.example.com",
      "Serve from the embedded PostgreSQL",
    ],
  ],
  run: async (context) => {
    const load = async () => {
      const { service, path } = await loadService(context.arguments[0], context.cwd);
      const { lock, path: lockPath } = openLockFile(path, context.cwd);
      if (lock === undefined) context.terminal.warn(unlocked(relative(context.cwd, lockPath)));
      return { service, ...(lock === undefined ? {} : { lock }) };
    };
    const place = databasePlace(context);
    if (place === undefined) {
      throw environmentFailure(
        "no database: DATABASE_URL is not set",
        "set it to postgres://user:password@host:5432/database, or name a folder with --data",
      );
    }
    const options: StartOptions = {
      mode: "serve",
      port: portOf(context, 4000),
      ...place,
      ...filesPlace(context),
      ...settings(context),
    };
    const close = { noticeMs: noticeMs(context), deadlineMs: CLOSE_MS };
    const workers = workerCount(context, place);
    if (workers === undefined) {
      const { service, ...held } = await load();
      return serveAlone(await startService(service, { ...options, ...held }), close);
    }
    return serveWorkers({ workers, options, close, load, cwd: context.cwd, env: context.env });
  },
};

/** Said on standard error, since a service that no one calls by gRPC needs none. */
function unlocked(place: string): string {
  return `warning: there is no ${place}: protobuf numbers follow the order of declaration and change with it. Run concordat lock, and commit the file.`;
}

/** Without a listener SIGHUP would end the process. */
async function serveAlone(running: RunningService, close: CloseOptions): Promise<void> {
  const reload = () => void running.reloadCertificate();
  process.on("SIGHUP", reload);
  try {
    await untilSignal(running, close);
  } finally {
    process.off("SIGHUP", reload);
  }
}

function settings({ option, cwd }: CommandContext): StartOptions {
  const level = option("log-level") ?? "info";
  const logLevel = LOG_LEVELS.find((each) => each === level);
  if (logLevel === undefined)
    throw usageFailure(`unknown log level ${level}`, `one of ${LOG_LEVELS.join(", ")}`);
  const publicUrl = option("public-url");
  const [cert, key] = [option("tls-cert"), option("tls-key")];
  if ((cert === undefined) !== (key === undefined))
    throw usageFailure("--tls-cert and --tls-key go together");
  const proxies = option("trust-proxies");
  const redirectPort = option("redirect-port");
  return {
    host: option("host") ?? "0.0.0.0",
    logLevel,
    ...(publicUrl === undefined ? {} : { publicUrl }),
    ...(cert === undefined || key === undefined
      ? {}
      : { tls: { certFile: resolve(cwd, cert), keyFile: resolve(cwd, key) } }),
    ...(redirectPort === undefined ? {} : { redirectPort: redirectPortOf(redirectPort) }),
    ...(proxies === undefined ? {} : { trustProxies: proxies.split(",") }),
  };
}

function redirectPortOf(text: string): number {
  if (/^\d{1,5}$/.test(text) && Number(text) <= 65_535) return Number(text);
  throw usageFailure(`--redirect-port must be a whole number from 0 to 65535, not ${text}`);
}

/** How many processes were asked for; undefined for this one alone. */
function workerCount({ option }: CommandContext, place: DatabasePlace): number | undefined {
  const text = option("workers");
  if (text === undefined) return undefined;
  const count = text === "auto" ? availableParallelism() : Number(text);
  if (!/^(?:auto|[1-9]\d{0,2})$/.test(text))
    throw usageFailure(`--workers must be auto or a whole number from 1 to 999, not ${text}`);
  if ("databaseUrl" in place) return count;
  if (count === 1) return undefined;
  throw environmentFailure(
    `${count} workers cannot share the embedded PostgreSQL: one process owns its folder`,
    "set DATABASE_URL to a PostgreSQL, or leave out --workers",
  );
}

function noticeMs({ option }: CommandContext): number {
  const text = option("notice-ms") ?? "0";
  if (!/^\d{1,6}$/.test(text))
    throw usageFailure(`--notice-ms must be a whole number of milliseconds, not ${text}`);
  return Number(text);
}
