import {
  type AddressInfo,
  createServer as createNetServer,
  isIPv6,
  type Server,
  type Socket,
} from "node:net";
import type { Readable } from "node:stream";
import { newId } from "../../base/lib/index.ts";
import { isRequestId } from "../../wire/rest/index.ts";
import {
  Exchange,
  type ExchangeHandler,
  type HttpRequest,
  type HttpResponse,
  send,
  sendProblem,
} from "../protocols/index.ts";
import { checkRequest, type ParsedRequest } from "./check-request.ts";
import type { CloseOptions } from "./close-options.ts";
import { createDirect } from "./direct.ts";
import { createAddressReader } from "./forwarded.ts";
import { answerLive, createReadiness } from "./health.ts";
import { createHttp1 } from "./http1.ts";
import { createHttp2 } from "./http2/create-http2.ts";
import { resolveLimits } from "./limits.ts";
import { type ListenOptions, listen } from "./listen.ts";
import { createMetrics } from "./metrics.ts";
import { addOperational, metricsHandler } from "./operational.ts";
import { formatRawAnswer } from "./raw-answer.ts";
import { logRequest, rpcStatusOf } from "./request-log.ts";
import type { HttpServer, ServerOptions } from "./server-options.ts";
import { sniffProtocol } from "./sniff.ts";
import { formatHsts } from "./tls/hsts.ts";
import { createTlsListener } from "./tls/tls-listener.ts";

/**
 * While closing, a connection that has just been answered may be about to carry the client's next request, which would
 * be lost; it is served instead, with `Connection: close`. One that has rested for so long is closed.
 */
const REST_BEFORE_CLOSE_MS = 250;

/** The same where another process takes over: nobody waits for the end of this one. */
const REPLACED_REST_MS = 2000;

/** Makes a server; nothing is opened before `listen`. Throws UsageError for options that cannot be. */
export function createServer(options: ServerOptions): HttpServer {
  const limits = resolveLimits(options.limits);
  const addressOf = createAddressReader(options);
  const { handler, rpc, logger, tls, errorFormat } = options;
  const refusal = errorFormat === undefined ? {} : { format: errorFormat };
  const hsts = formatHsts(options.hsts ?? tls !== undefined);
  const sockets = new Set<Socket>();
  /** Connections of which it is not known what they speak, and since when. */
  const silentSince = new Map<Socket, number>();
  let inFlight = 0;
  let draining = false;
  let isReplaced = false;
  let onEmpty: () => void = ignore;
  let closed: Promise<void> | undefined;
  const isDraining = () => draining;
  const newRequestId = () => newId("req", Date.now());
  const metrics = createMetrics(
    { requestsInFlight: () => inFlight, connections: () => sockets.size },
    options.worker?.number,
  );
  const collectMetrics = options.worker?.collectMetrics(metrics.text) ?? metrics.text;

  const routes = new Map<string, ExchangeHandler>(options.routes);
  const readiness = createReadiness({ ready: options.ready, isDraining: () => draining && !isReplaced });
  addOperational(routes, "/livez", "livez", answerLive);
  addOperational(routes, "/readyz", "readyz", readiness);
  if (options.metrics !== false) {
    addOperational(
      routes,
      "/metrics",
      "metrics",
      metricsHandler({ ...metrics, text: collectMetrics }, options.metrics, (exchange, err) =>
        logger?.error({ requestId: exchange.requestId, operation: exchange.operation, err }, "answer failed"),
      ),
    );
  }

  function onClosed(exchange: Exchange): void {
    inFlight--;
    const durationMs = exchange.endedAt - exchange.startedAt;
    const status = exchange.status === 0 ? 499 : exchange.status;
    metrics.observe(exchange.operation ?? "none", status, durationMs / 1000, rpcStatusOf(exchange));
    if (logger !== undefined) logRequest(logger, exchange, status, durationMs);
  }

  function open(
    request: HttpRequest,
    response: HttpResponse,
    body?: Readable | Buffer,
    expectsContinue = false,
  ): Exchange {
    const given = request.headers["x-request-id"];
    const exchange = new Exchange(request, response, {
      requestId: typeof given === "string" && isRequestId(given) ? given : newRequestId(),
      remoteAddress: addressOf(request),
      body,
      bodyTimeoutMs: limits.bodyTimeoutMs,
      expectsContinue,
      isDraining,
      onClosed,
      hsts,
    });
    inFlight++;
    return exchange;
  }

  function serve(exchange: Exchange): void {
    const route = routes.get(exchange.path);
    if (route !== undefined) route(exchange);
    else if (rpc?.take(exchange) !== true) handler(exchange);
  }

  function check(exchange: Exchange, request: ParsedRequest): void {
    const refused = checkRequest(exchange, request, limits);
    if (refused !== undefined) void sendProblem(exchange, refused, refusal);
    else if (exchange.path === "*")
      send(exchange, 204, ["Allow", "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"]);
    else serve(exchange);
  }

  const onRefused = (status: number) => metrics.observe("none", status, 0);
  const accept = (request: ParsedRequest & Readable, response: HttpResponse, expectsContinue: boolean) => {
    const exchange = open(request, response, request, expectsContinue);
    response.once("close", () => exchange.closed());
    check(exchange, request);
    return exchange;
  };
  const http1 = createHttp1({ limits, accept, newRequestId, onRefused });
  const http2 = createHttp2({
    limits,
    open: (request, answer, body) => open(request, answer, body, request.headers.expect !== undefined),
    serve: check,
  });
  const direct = createDirect({
    limits,
    open,
    serve,
    handOver: (socket) => http1.server.emit("connection", socket),
  });
  const hand = (protocol: "http1" | "http2", socket: Socket) => {
    if (protocol === "http1") return direct.take(socket);
    // HTTP/1.1 looks after half-closed connections itself; to HTTP/2 the end of one side is the end.
    socket.allowHalfOpen = false;
    http2.take(socket);
  };

  const secure = tls === undefined ? undefined : createTlsListener({ tls, logger, onConnection: hand });
  const listener = secure?.server ?? plainListener();
  listener.maxConnections = limits.maxConnections;
  listener.on("connection", (socket: Socket) => {
    sockets.add(socket);
    // Errors of a connection concern nobody once it is closed; whoever serves it listens too.
    socket.on("error", ignore).once("close", () => {
      sockets.delete(socket);
      if (sockets.size === 0) onEmpty();
    });
  });

  /** A connection that the supervisor of several processes has accepted. */
  function take(socket: Socket): void {
    if (sockets.size >= limits.maxConnections) return void socket.destroy();
    socket.allowHalfOpen = true;
    listener.emit("connection", socket);
  }

  /** Resolves when nothing listens and no connection is left. */
  function closeListener(): Promise<void> {
    if (options.worker === undefined) return new Promise((resolve) => listener.close(() => resolve()));
    return new Promise((resolve) => {
      onEmpty = resolve;
      if (sockets.size === 0) resolve();
    });
  }

  function plainListener(): Server {
    return createNetServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
      silentSince.set(socket, performance.now());
      socket.once("close", () => silentSince.delete(socket));
      const spoken = (protocol: "http1" | "http2") => {
        silentSince.delete(socket);
        hand(protocol, socket);
      };
      sniffProtocol(socket, limits.headersTimeoutMs, spoken, (silent) => {
        if (silent.readableLength > 0 || silent.bytesRead > 0) {
          silent.end(formatRawAnswer("request_timeout", "The request did not come in time.", newRequestId()));
        }
        silent.destroySoon();
      });
    });
  }

  async function drain(how: CloseOptions = {}): Promise<void> {
    const { noticeMs = 0, deadlineMs = 10_000 } = how;
    isReplaced = how.isReplaced === true;
    draining = true;
    rpc?.announceDrain?.();
    // The first GOAWAY refuses nothing yet: requests already on their way are served (RFC 9113 section 6.8).
    http2.announceClose();
    if (noticeMs > 0) await new Promise((resolve) => setTimeout(resolve, noticeMs));
    rpc?.drain();
    // Connections that wait to be accepted when the port is closed are reset; right after polling there are fewest.
    await new Promise((resolve) => setImmediate(resolve));
    const allClosed = closeListener();
    const cutOff = setTimeout(() => {
      logger?.warn({ requests: inFlight, connections: sockets.size }, "closing deadline passed, cutting off");
      for (const socket of sockets) socket.destroy();
    }, deadlineMs);
    const restMs = isReplaced ? REPLACED_REST_MS : REST_BEFORE_CLOSE_MS;
    const closeResting = () => {
      // Browsers and clients open connections before they need them; such a one may never say anything.
      for (const [socket, since] of silentSince) {
        if (socket.bytesRead === 0 && performance.now() - since >= restMs) socket.destroy();
      }
      http1.closeResting(restMs);
      direct.closeResting(restMs);
    };
    const rest = setInterval(closeResting, REST_BEFORE_CLOSE_MS / 5);
    closeResting();
    if (isReplaced) await new Promise((resolve) => setTimeout(resolve, restMs));
    http2.close();
    await allClosed;
    clearInterval(rest);
    clearTimeout(cutOff);
    secure?.stop();
    // Stops their watches over timeouts.
    http1.server.close();
    direct.stop();
    http2.stop();
  }

  return {
    listen: async (place = {}) => {
      options.worker?.onConnection(take);
      const bound = options.worker === undefined ? await listen(listener, place) : placeOfWorker(place);
      secure?.watch();
      const name = bound.family === "IPv6" ? `[${bound.address}]` : bound.address;
      return { url: `${tls === undefined ? "http" : "https"}://${name}:${bound.port}`, port: bound.port };
    },
    close: (how) => {
      closed ??= drain(how);
      return closed;
    },
    reloadCertificate: async () => secure?.reload(),
    metrics,
    get connections() {
      return sockets.size;
    },
    get requestsInFlight() {
      return inFlight;
    },
  };
}

function ignore(): void {}

/** What a worker knows of where its supervisor listens. */
function placeOfWorker({ port = 0, host = "127.0.0.1" }: ListenOptions): AddressInfo {
  return { port, address: host, family: isIPv6(host) ? "IPv6" : "IPv4" };
}
