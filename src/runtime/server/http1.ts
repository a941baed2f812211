import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import type { Exchange } from "../protocols/index.ts";
import type { ServerLimits } from "./limits.ts";
import { createServer } from "./node-http.ts";
import { explainParserError, formatRawAnswer, type ParserError } from "./raw-answer.ts";

/** Takes a request that has been parsed and returns its exchange. */
export type Accept = (
  request: IncomingMessage,
  response: ServerResponse,
  expectsContinue: boolean,
) => Exchange;

export interface Http1Options {
  readonly limits: ServerLimits;
  readonly accept: Accept;
  readonly newRequestId: () => string;
  /** A connection was refused with this HTTP status before there was a request. */
  readonly onRefused: (status: number) => void;
}

/** Half a day: no upload that is to be kept takes longer, since what no row names after a day is swept. */
const LONGEST_REQUEST_MS = 43_200_000;

/** What is under way on one connection. */
interface Connection {
  readonly pending: Set<Exchange>;
  last: Exchange;
  /** The parser has given up: close when the requests before the bad bytes are answered. */
  broken: boolean;
  /** When the last answer was sent, by performance.now(). */
  restsSince: number;
}

/** The HTTP/1.1 side: the server to hand connections to. */
export interface Http1Side {
  readonly server: Server;
  /** Closes connections that have had no request under way for so long; returns how many others there are. */
  closeResting(restedMs: number): number;
}

/**
 * Makes the HTTP/1.1 side, to be handed connections by `emit("connection")`. Node's parser is strict: it refuses both
 * lengths together, two lengths, unknown transfer codings, bare line feeds and bytes that no header may have.
 */
export function createHttp1({ limits, accept, newRequestId, onRefused }: Http1Options): Http1Side {
  const connections = new Map<Duplex, Connection>();
  const server = createServer({
    // A target of allowed length must not use up what the headers may have.
    maxHeaderSize: limits.maxHeaderBytes + limits.maxUrlBytes,
    headersTimeout: limits.headersTimeoutMs,
    // A backstop: bodies that are waited for have a timer of their own, which gives an upload as long as its size deserves.
    requestTimeout: LONGEST_REQUEST_MS,
    keepAliveTimeout: limits.keepAliveTimeoutMs,
    connectionsCheckingInterval: Math.min(1000, Math.ceil(limits.headersTimeoutMs / 2)),
    insecureHTTPParser: false,
    // Missing and repeated Host headers are refused with a problem by checkRequest.
    requireHostHeader: false,
  });
  server.timeout = limits.idleTimeoutMs;
  // Node drops what is above this in silence, so it gets one more than is allowed, and the count is checked.
  server.maxHeadersCount = limits.maxHeaders + 1;
  server.maxRequestsPerSocket = limits.maxRequestsPerConnection;

  const open = (socket: Duplex, last: Exchange): Connection => {
    const connection: Connection = { pending: new Set(), last, broken: false, restsSince: 0 };
    connections.set(socket, connection);
    socket.once("close", () => {
      connections.delete(socket);
      // Responses that wait behind another one are not told by every version of Node.
      for (const exchange of connection.pending) exchange.closed();
    });
    return connection;
  };
  const onRequest = (expectsContinue: boolean) => (request: IncomingMessage, response: ServerResponse) => {
    const exchange = accept(request, response, expectsContinue);
    const { socket } = request;
    const connection = connections.get(socket) ?? open(socket, exchange);
    connection.pending.add(exchange);
    connection.last = exchange;
    response.once("close", () => {
      connection.pending.delete(exchange);
      connection.restsSince = performance.now();
      if (connection.broken && connection.pending.size === 0) socket.destroy();
    });
  };
  server.on("request", onRequest(false));
  server.on("checkContinue", onRequest(true));
  // Any other expectation is refused with the rest of what is wrong with a request.
  server.on("checkExpectation", onRequest(false));
  server.on("clientError", (error: ParserError, socket: Duplex) => {
    const connection = connections.get(socket);
    const explained = explainParserError(error, limits.maxUrlBytes);
    if (connection !== undefined && connection.pending.size > 0) {
      const { last } = connection;
      if (last.request.complete) {
        // An answer now would be taken for that of a request before the bad bytes.
        connection.broken = true;
        return;
      }
      if (connection.pending.size > 1 || last.response.headersSent) return void socket.destroy();
    }
    if (explained === undefined || !socket.writable) return void socket.destroy();
    const answer = formatRawAnswer(explained.code, explained.detail, newRequestId());
    onRefused(Number(answer.slice(9, 12)));
    socket.end(answer, () => socket.destroy());
  });
  server.on("connect", (_request: IncomingMessage, socket: Duplex) => {
    onRefused(405);
    socket.end(formatRawAnswer("method_not_allowed", "This server is no proxy.", newRequestId()));
  });
  // Timeouts are watched from this event on, which only a server that listens itself would have.
  server.emit("listening");
  const closeResting = (restedMs: number) => {
    const latest = performance.now() - restedMs;
    let others = 0;
    for (const [socket, { pending, restsSince }] of connections) {
      if (pending.size === 0 && restsSince <= latest) socket.destroy();
      else others++;
    }
    return others;
  };
  return { server, closeResting };
}
