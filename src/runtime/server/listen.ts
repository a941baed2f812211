import type { AddressInfo, Server } from "node:net";
import { ApiError, UsageError } from "../../base/errors/index.ts";

/** Where to listen. */
export interface ListenOptions {
  /** Default 0: any free one. */
  readonly port?: number;
  /** Default `127.0.0.1`: this machine only. */
  readonly host?: string;
}

/** Listens; resolves with the address. Throws UsageError where the port or the address cannot be had. */
export async function listen(
  server: Server,
  { port = 0, host = "127.0.0.1" }: ListenOptions,
): Promise<AddressInfo> {
  await new Promise<void>((resolve, reject) => {
    const fail = (error: NodeJS.ErrnoException) => reject(listenMistake(error, port, host));
    server.once("error", fail);
    server.listen({ port, host }, () => {
      server.off("error", fail);
      resolve();
    });
  });
  const bound = server.address();
  if (bound === null || typeof bound === "string")
    throw new ApiError("internal", "The server does not listen on a port.");
  return bound;
}

function listenMistake(error: NodeJS.ErrnoException, port: number, host: string): Error {
  const place = `port ${port} of ${host}`;
  switch (error.code) {
    case "EADDRINUSE":
      return new UsageError({
        place,
        expected: "a free port",
        found: "another program listening there",
        fix: "stop it, or choose another port",
      });
    case "EACCES":
      return new UsageError({
        place,
        expected: "a port this user may open",
        found: "no right to open it",
        fix: "choose a port above 1023",
      });
    case "EADDRNOTAVAIL":
    case "ENOTFOUND":
      return new UsageError({
        place,
        expected: "an address of this machine",
        found: host,
        fix: "choose 127.0.0.1, or 0.0.0.0 for all",
      });
    default:
      return error;
  }
}
