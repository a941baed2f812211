import type { AddressInfo, Server } from "node:net";
import { ApiError, UsageError } from "../../base/errors/index.ts";

/** Listens, and says where; throws UsageError for a port or an address that cannot be had. */
export async function listen(server: Server, port: number, host: string): Promise<AddressInfo> {
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
