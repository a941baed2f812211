import { randomBytes } from "node:crypto";
import { setImmediate } from "node:timers/promises";
import { stringifyJson } from "../../base/lib/index.ts";
import { compile, type Model } from "../../contract/model/index.ts";
import { createErrorFormat } from "../../wire/rest/index.ts";
import { createApiKeyAuthenticator } from "../auth/index.ts";
import { createEngine, type Engine, type Logger, type Service } from "../engine/index.ts";
import { createRestHandler, type Exchange } from "../protocols/index.ts";
import { type OpenedStore, openStore } from "../store/index.ts";
import { createLogger } from "./create-logger.ts";
import { createServer } from "./create-server.ts";
import { protocolRoutes } from "./protocol-routes.ts";
import { createRpcRoute } from "./rpc-route.ts";
import { servedTexts } from "./served-texts.ts";
import { checkStartOptions, type ServiceCloseOptions, type StartOptions } from "./start-options.ts";
import { startSweeps } from "./sweeps.ts";
import { openRedirectServer, type RedirectServer } from "./tls/redirect-server.ts";
import { withDocs } from "./with-docs.ts";

/** A service that listens. */
export interface RunningService {
  /** Base URL, such as `http://127.0.0.1:4000`. */
  readonly url: string;
  readonly port: number;
  readonly model: Model;
  readonly store: OpenedStore;
  readonly engine: Engine;
  /** The port that leads to TLS, if there is one. */
  readonly redirectPort?: number;
  /** Reads the files of the certificate again, now; they are watched anyway. */
  reloadCertificate(): Promise<void>;
  /** Finishes what is under way, then lets go of port and database. A second call waits for the first. */
  close(options?: ServiceCloseOptions): Promise<void>;
}

/**
 * Starts a service: compiles its contract, opens its database, and serves it. Throws UsageError for a contract,
 * handlers or options that cannot be, ApiError `unavailable` for a database that does not answer or does not fit; in
 * both cases nothing is left open.
 */
export async function startService(service: Service, options: StartOptions = {}): Promise<RunningService> {
  checkStartOptions(options);
  const model = compile(service.api);
  // Not all who serve have a lock, and what checks it describes the whole contract in protobuf.
  if (options.lock !== undefined) {
    (await import("../../contract/evolve/lock.ts")).checkLock(model, options.lock);
  }
  const { clock = { now: Date.now }, logger = ownLogger(options) } = options;
  const store = await openStore(model, {
    clock,
    ...pick(options, [
      "databaseUrl",
      "dataDir",
      "filesDir",
      "poolSize",
      "idempotencyRetentionMs",
      "operationRetentionMs",
    ]),
  });
  try {
    if (options.mode === "dev") await store.migrations.applyModel();
    const cursorSecret = options.cursorSecret ?? (await store.meta.setOnce(CURSOR_SECRET, newSecret()));
    const fits = options.mode === "dev" ? undefined : await beginLook(store);
    const authenticator = createApiKeyAuthenticator({
      keys: store.apiKeys,
      clock,
      logger,
      ...(options.liveKeys === undefined ? {} : { live: options.liveKeys }),
    });
    const engine = createEngine({
      model,
      handlers: service.handlers,
      store,
      authenticator,
      ...pick(service.options, ["authenticate"]),
      clock,
      logger,
      cursorSecret,
      ...pick(options, ["tracer", "maxConcurrentCalls", "operations"]),
    });
    const onError = (exchange: Exchange, err: unknown) => {
      logger.error({ requestId: exchange.requestId, operation: exchange.operation, err }, "answer failed");
    };
    const handler = handlerOf({ engine, files: store.files }, options, onError);
    const server = createServer({
      logger,
      handler,
      routes: await protocolRoutes({ engine, service: service.options }, options, onError),
      ...(options.rpc === false
        ? {}
        : {
            rpc: createRpcRoute({
              engine,
              ready: () => store.ready(),
              reflects: reflects(model, options),
              lock: options.lock,
              next: handler,
              onError,
            }),
          }),
      errorFormat: createErrorFormat(model.rest.errors),
      ready: () => store.ready(),
      hsts: options.hsts ?? (options.tls !== undefined || options.publicUrl?.startsWith("https:") === true),
      ...pick(options, ["tls", "limits", "metrics", "trustProxies", "forwardedHeader", "worker"]),
    });
    await fits?.end;
    await options.prepare?.({ engine, store, apiKeys: store.apiKeys, clock, logger });
    const { url, port } = await server.listen(pick(options, ["port", "host"]));
    const redirect = await openRedirect(options, port);
    engine.start();
    const sweeps = startSweeps(store, clock, logger);
    if (options.worker === undefined) {
      const about = { url, service: model.name, version: model.version, database: store.kind };
      logger.info(
        { ...about, ...(redirect === undefined ? {} : { redirectPort: redirect.port }) },
        "listening",
      );
    }
    let closed: Promise<void> | undefined;
    const close = async (how: ServiceCloseOptions = {}) => {
      await redirect?.close();
      await server.close(how);
      await engine.drain();
      sweeps.stop();
      await authenticator.flush();
      await store.close();
      logger.info({ service: model.name }, "closed");
    };
    return {
      url,
      port,
      model,
      store,
      engine,
      ...(redirect === undefined ? {} : { redirectPort: redirect.port }),
      reloadCertificate: () => server.reloadCertificate(),
      close: (how) => {
        closed ??= close(how);
        return closed;
      },
    };
  } catch (error) {
    await store.close();
    throw error;
  }
}

function ownLogger({ logLevel = "info", worker }: StartOptions): Logger {
  return createLogger(logLevel, undefined, worker?.number);
}

function reflects({ rpc: { reflection } }: Model, { mode }: StartOptions): boolean {
  return reflection === "always" || (reflection === "dev" && mode === "dev");
}

/** Workers share one port, which is not theirs. */
async function openRedirect(
  { redirectPort, worker, host, publicUrl }: StartOptions,
  port: number,
): Promise<RedirectServer | undefined> {
  if (redirectPort === undefined || worker !== undefined) return undefined;
  return openRedirectServer(
    { publicUrl, port },
    { port: redirectPort, ...(host === undefined ? {} : { host }) },
  );
}

/**
 * Asks the database whether it holds what the model needs; it answers, at `end`, while the service is made. Waits until the
 * question has been sent.
 */
async function beginLook(store: OpenedStore): Promise<{ readonly end: Promise<void> }> {
  const end = store.migrations.assertFits();
  // What goes wrong meanwhile is told first.
  end.catch(() => {});
  // postgres.js collects what it sends until the end of a turn of the event loop, which begins after this one.
  await setImmediate();
  await setImmediate();
  return { end };
}

/** Key of the cursor secret among the facts of a database. */
const CURSOR_SECRET = "cursor_secret";

function newSecret(): string {
  return randomBytes(32).toString("base64");
}

function handlerOf(
  { engine, files }: { readonly engine: Engine; readonly files: OpenedStore["files"] },
  options: StartOptions,
  onError: (exchange: Exchange, thrown: unknown) => void,
) {
  const { model } = engine;
  const { docs = true, publicUrl } = options;
  const where = publicUrl === undefined ? {} : { url: publicUrl };
  const rest = createRestHandler({
    engine,
    files,
    openApi: async () => stringifyJson((await emitters()).emitOpenApi(model, where)),
    texts: servedTexts(model, options, isTold(model)),
    onError,
    ...(isTold(model)
      ? { asyncApi: async () => stringifyJson((await emitters()).emitAsyncApi(model, where)) }
      : {}),
    ...(docs ? { docsPath: "/docs" } : {}),
    ...(publicUrl === undefined ? {} : { publicUrl }),
  });
  const loadDocs = async () => (await import("./docs.ts")).createDocsHandler(model);
  return docs ? withDocs(loadDocs, rest, onError) : rest;
}

/** What describes a contract, loaded when a description is first asked for. */
function emitters() {
  return import("../../contract/emit/index.ts");
}

/** Whether there is anything that AsyncAPI describes. */
function isTold({ events, operations }: Model): boolean {
  if (Object.keys(events).length > 0) return true;
  return Object.values(operations).some(({ kind }) => kind === "stream" || kind === "channel");
}

/** The named options that are given. */
function pick<T extends object, K extends keyof T>(
  options: T,
  names: readonly K[],
): { readonly [P in K]?: Exclude<T[P], undefined> } {
  const given = names.filter((name) => options[name] !== undefined).map((name) => [name, options[name]]);
  return Object.fromEntries(given);
}
