import type { Socket } from "node:net";
import { HIGHEST_31, HTTP2_ERROR } from "../../../wire/http2/index.ts";
import { Http2Connection, type Http2Host } from "./connection.ts";

/** The HTTP/2 side. */
export interface Http2Side {
  /** Serves a connection, in cleartext or TLS, which has not been read from. */
  take(socket: Socket): void;
  /** Tells all peers that the server will close: they may still open streams (RFC 9113 section 6.8). */
  announceClose(): void;
  /** Takes no more streams; connections end with those under way. */
  close(): void;
  /** Stops the watch over silent connections. */
  stop(): void;
}

/** Makes the side that reads HTTP/2 from sockets. */
export function createHttp2(options: Omit<Http2Host, "connections">): Http2Side {
  const connections = new Set<Http2Connection>();
  const host: Http2Host = { ...options, connections };
  const { keepAliveTimeoutMs, idleTimeoutMs, headersTimeoutMs } = options.limits;
  const shortest = Math.min(keepAliveTimeoutMs, idleTimeoutMs, headersTimeoutMs);
  const everyMs = Math.max(10, Math.min(1000, Math.floor(shortest / 4)));
  const watch = setInterval(() => {
    const now = performance.now();
    for (const connection of connections) connection.look(now);
  }, everyMs).unref();
  return {
    take: (socket) => void new Http2Connection(socket, host),
    announceClose: () => {
      for (const connection of connections) connection.goAway(HTTP2_ERROR.none, HIGHEST_31);
    },
    close: () => {
      for (const connection of connections) connection.close();
    },
    stop: () => clearInterval(watch),
  };
}
