import {
  createServer,
  type Http2Server,
  type Http2ServerRequest,
  type Http2ServerResponse,
  type IncomingHttpHeaders,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from "node:http2";
import { isRpcContentType } from "../../wire/grpc/index.ts";
import { watchSession } from "./http2-session.ts";
import { StreamRequest, StreamResponse } from "./http2-stream.ts";
import type { ServerLimits } from "./limits.ts";

export interface Http2Options {
  readonly limits: ServerLimits;
  readonly accept: (
    request: Http2ServerRequest,
    response: Http2ServerResponse,
    expectsContinue: boolean,
  ) => void;
  /** Takes what comes as an RPC, straight from its stream. Without it such requests are as any other. */
  readonly acceptStream?: ((request: StreamRequest, response: StreamResponse) => void) | undefined;
}

/** The HTTP/2 side: the server to hand connections to, and its open sessions. */
export interface Http2Side {
  readonly server: Http2Server;
  readonly sessions: ReadonlySet<ServerHttp2Session>;
}

/** Makes the HTTP/2 side, for TLS and cleartext connections alike, to be handed them by `emit("connection")`. */
export function createHttp2({ limits, accept, acceptStream }: Http2Options): Http2Side {
  const sessions = new Set<ServerHttp2Session>();
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
  if (acceptStream !== undefined) routeStreams(server, acceptStream);
  server.on("session", (session) => {
    sessions.add(session);
    session.once("close", () => sessions.delete(session));
    watchSession(session, limits);
  });
  // Broken connections are the client's business; without a listener they would end the process.
  server.on("sessionError", ignore);
  return { server, sessions };
}

/**
 * Has RPCs served from their streams: node:http2's compatibility layer costs each request two objects with a dozen
 * listeners, and cannot send a block of headers that ends the stream. It is itself a listener for streams, so it is put
 * behind the question.
 */
function routeStreams(
  server: Http2Server,
  acceptStream: (request: StreamRequest, response: StreamResponse) => void,
): void {
  const [compatibility] = server.listeners("stream");
  server.removeAllListeners("stream");
  server.on(
    "stream",
    (stream: ServerHttp2Stream, headers: IncomingHttpHeaders, flags: number, rawHeaders: string[]) => {
      const type = headers["content-type"];
      if (type === undefined || headers.expect !== undefined || !isRpcContentType(type)) {
        compatibility?.call(server, stream, headers, flags, rawHeaders);
        return;
      }
      // The socket is asked for its address alone.
      const socket = stream.session?.socket;
      if (socket === undefined) return void stream.close();
      stream.on("error", ignore);
      acceptStream(new StreamRequest(stream, headers, rawHeaders, socket), new StreamResponse(stream));
    },
  );
}

function ignore(): void {}
