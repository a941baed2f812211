import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { SDL } from "./fixture.ts";
import { Loader, logger, report, resolvers } from "./shared.ts";

// Its types bring the DOM's, which change what the whole project is checked against: imported by a name that tsc cannot see.
const { createSchema, createYoga } = await import(["graphql", "yoga"].join("-"));
const yoga = createYoga({
  schema: createSchema({ typeDefs: SDL, resolvers }),
  context: () => ({ loader: new Loader() }),
  graphiql: false,
  landingPage: false,
  logging: false,
});
const server = createServer((request, response) => {
  const from = performance.now();
  response.once("finish", () => {
    const { method, socket } = request;
    const line = {
      operation: "/graphql",
      method,
      status: response.statusCode,
      durationMs: performance.now() - from,
    };
    logger.info({ ...line, remoteAddress: socket.remoteAddress }, "request");
  });
  yoga(request, response);
});
server.listen(0, "127.0.0.1", () => report((server.address() as AddressInfo).port));
