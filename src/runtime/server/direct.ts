import type { Socket } from "node:net";
import { DirectConnection, type DirectHost } from "./direct-connection.ts";

/** The side that reads plain HTTP/1.1 requests from sockets itself. */
export interface DirectSide {
  /** Serves a connection until something comes that is not plain. */
  take(socket: Socket): void;
  /** Closes connections that have had no request under way for so long. */
  closeResting(restedMs: number): void;
  /** Stops the watch over timeouts. */
  stop(): void;
}

/**
 * Makes the side that answers plain requests (see {@link HeadReader}) without node:http between socket and handler: its
 * streams, events and header objects cost more than everything else that a read from memory needs.
 */
export function createDirect(options: Omit<DirectHost, "connections" | "keepAlive">): DirectSide {
  const { keepAliveTimeoutMs, idleTimeoutMs, maxRequestsPerConnection } = options.limits;
  const seconds = Math.floor(keepAliveTimeoutMs / 1000);
  const host: DirectHost = {
    ...options,
    connections: new Set(),
    keepAlive: `Connection: keep-alive\r\nKeep-Alive: timeout=${seconds}, max=${maxRequestsPerConnection}\r\n\r\n`,
  };
  const closeWhere = (state: DirectConnection["state"], silentMs: number) => {
    const latest = performance.now() - silentMs;
    for (const connection of host.connections) {
      if (connection.state === state && connection.activeAt <= latest) connection.socket.destroy();
    }
  };
  // One look at all of them, since a timer for each would have to be set anew with each request.
  const everyMs = Math.max(10, Math.min(1000, Math.floor(Math.min(keepAliveTimeoutMs, idleTimeoutMs) / 4)));
  const watch = setInterval(() => {
    closeWhere("resting", keepAliveTimeoutMs);
    closeWhere("busy", idleTimeoutMs);
  }, everyMs).unref();
  return {
    take: (socket) => void new DirectConnection(socket, host),
    closeResting: (restedMs) => closeWhere("resting", restedMs),
    stop: () => clearInterval(watch),
  };
}
