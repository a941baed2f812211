import { ApolloServer } from "@apollo/server";
import { startStandaloneServer } from "@apollo/server/standalone";
import { SDL } from "./fixture.ts";
import { Loader, logger, report, resolvers } from "./shared.ts";

const server = new ApolloServer<{ loader: Loader; from: number }>({
  typeDefs: SDL,
  resolvers,
  includeStacktraceInErrorResponses: false,
  plugins: [
    {
      requestDidStart: async () => ({
        willSendResponse: async ({ contextValue, request }) => {
          const line = {
            operation: "/graphql",
            method: request.http?.method,
            durationMs: performance.now() - contextValue.from,
          };
          logger.info(line, "request");
        },
      }),
    },
  ],
});
const { url } = await startStandaloneServer(server, {
  listen: { port: 0, host: "127.0.0.1" },
  context: async () => ({ loader: new Loader(), from: performance.now() }),
});
report(Number(new URL(url).port));
