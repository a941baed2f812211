import {
  createServer,
  type Http2Server,
  type Http2ServerRequest,
  type Http2ServerResponse,
  type Http2Session,
  type IncomingHttpHeaders,
  type ServerHttp2Stream,
} from "node:http2";
import { isRpcContentType } from "../../wire/grpc/index.ts";
import { Http2Connection } from "./http2-connection.ts";
import { StreamRequest, StreamResponse, type StreamWatcher } from "./http2-stream.ts";
import type { ServerLimits } from "./limits.ts";

export interface Http2Options {
  readonly limits: ServerLimits;
  readonly accept: (
    request: Http2ServerRequest,
    response: Http2ServerResponse,
    expectsContinue: boolean,
  ) => void;
  /**
   * Takes what comes as an RPC, straight from its stream, and gives who is to be told when that has closed. Without it
   * such requests are as any other.
   */
  readonly acceptStream?: ((request: StreamRequest, response: StreamResponse) => StreamWatcher) | undefined;
}

/** The HTTP/2 side: the server to hand connections to, and its open sessions. */
export interface Http2Side {
  readonly server: Http2Server;
  readonly sessions: { [Symbol.iterator](): Iterator<Http2Session> };
  /** Stops the watch over silent connections. */
  stop(): void;
}

/** Makes the HTTP/2 side, for TLS and cleartext connections alike, to be handed them by `emit("connection")`. */
export function createHttp2({ limits, accept, acceptStream }: Http2Options): Http2Side {
  const connections = new Map<Http2Session, Http2Connection>();
  const server = createServer({
    settings: {
      maxConcurrentStreams: limits.maxStreamsPerConnection,
      maxHeaderListSize: limits.maxHeaderBytes + limits.maxUrlBytes,
      enablePush: false,
    },
    // Twice what is allowed, so that a request a little too large still gets a 431 and not a reset.
    maxHeaderListPairs: limits.maxHeaders * 2,
    // CVE-2023-44487: a client that opens and resets streams faster than this loses the connection.
    streamResetBurst: 200,
    streamResetRate: 20,
    maxSessionInvalidFrames: 100,
    maxSessionRejectedStreams: 100,
  });
  server.on("request", (request, response) => accept(request, response, false));
  server.on("checkContinue", (request, response) => accept(request, response, true));
  server.on("checkExpectation", (request, response) => accept(request, response, false));
  server.on("session", (session) => {
    connections.set(session, new Http2Connection(session, limits));
    session.once("close", () => connections.delete(session));
  });
  const { keepAliveTimeoutMs, idleTimeoutMs } = limits;
  const everyMs = Math.max(10, Math.min(1000, Math.floor(Math.min(keepAliveTimeoutMs, idleTimeoutMs) / 4)));
  const watch = setInterval(() => {
    const now = performance.now();
    for (const connection of connections.values()) connection.look(now);
  }, everyMs).unref();
  // Broken connections are the client's business; without a listener they would end the process.
  server.on("sessionError", () => {});

  // RPCs are served from their streams: node:http2's compatibility layer costs each request two objects with a dozen
  // listeners, and cannot send a block of headers that ends the stream. It is itself the listener for streams, so it is
  // put behind the question what comes.
  const [compatibility] = server.listeners("stream");
  server.removeAllListeners("stream");
  server.on(
    "stream",
    (stream: ServerHttp2Stream, headers: IncomingHttpHeaders, flags: number, rawHeaders: string[]) => {
      const connection = stream.session === undefined ? undefined : connections.get(stream.session);
      if (connection === undefined) return void stream.close();
      const type = headers["content-type"];
      const isRpc = type !== undefined && isRpcContentType(type);
      connection.begin(isRpc);
      if (acceptStream === undefined || !isRpc || headers.expect !== undefined) {
        endWith(stream, connection, isRpc);
        compatibility?.call(server, stream, headers, flags, rawHeaders);
        return;
      }
      const response = new StreamResponse(stream, connection);
      response.onClose = acceptStream(
        new StreamRequest(stream, headers, rawHeaders, connection.socket),
        response,
      );
    },
  );
  const sessions = { [Symbol.iterator]: () => connections.keys() };
  return { server, sessions, stop: () => clearInterval(watch) };
}

function endWith(stream: ServerHttp2Stream, connection: Http2Connection, isRpc: boolean): void {
  stream.once("close", () => connection.end(isRpc));
}
