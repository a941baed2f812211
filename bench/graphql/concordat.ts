import { compile } from "concordat";
import { startService } from "concordat/server";
import { createEngine } from "../../src/runtime/engine/index.ts";
import { createGraphqlHandler } from "../../src/runtime/protocols/graphql/index.ts";
import { loadRunner } from "../../src/runtime/protocols/graphql/load-runner.ts";
import { createLogger, createServer } from "../../src/runtime/server/index.ts";
import service, { atlas } from "./fixture.ts";
import { memoryStore } from "./memory-store.ts";
import { report, SOURCE } from "./shared.ts";

if (SOURCE !== "memory") {
  // As `concordat serve` starts it, access log included; nothing is switched off or tuned.
  report((await startService(service, { databaseUrl: SOURCE, port: 0, mode: "serve" })).port);
} else {
  // The same, with Maps instead of a database.
  const engine = createEngine({ model: compile(atlas), store: memoryStore });
  const server = createServer({
    handler: createGraphqlHandler({
      engine,
      load: async () => loadRunner(engine, { isDev: false, trustedDocuments: undefined }),
    }),
    logger: createLogger("info"),
  });
  report((await server.listen()).port);
}
