import {
  createServer,
  type Http2Server,
  type Http2ServerRequest,
  type Http2ServerResponse,
  type ServerHttp2Session,
} from "node:http2";
import type { ServerLimits } from "./limits.ts";

export interface Http2Options {
  readonly limits: ServerLimits;
  readonly accept: (
    request: Http2ServerRequest,
    response: Http2ServerResponse,
    expectsContinue: boolean,
  ) => void;
}

/** The HTTP/2 side: the server to hand connections to, and its open sessions. */
export interface Http2Side {
  readonly server: Http2Server;
  readonly sessions: ReadonlySet<ServerHttp2Session>;
}

/** Makes the HTTP/2 side, for TLS and cleartext connections alike, to be handed them by `emit("connection")`. */
export function createHttp2({ limits, accept }: Http2Options): Http2Side {
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
  server.on("session", (session) => {
    sessions.add(session);
    session.once("close", () => sessions.delete(session));
    let streams = 0;
    const rest = () => session.setTimeout(limits.keepAliveTimeoutMs);
    session.on("stream", (stream) => {
      if (++streams === 1) session.setTimeout(limits.idleTimeoutMs);
      stream.once("close", () => {
        if (--streams === 0 && !session.destroyed) rest();
      });
    });
    session.on("timeout", () => {
      if (streams > 0) session.destroy();
      else session.close();
    });
    rest();
  });
  // Broken connections are the client's business; without a listener they would end the process.
  server.on("sessionError", () => {});
  return { server, sessions };
}
