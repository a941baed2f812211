import type { Engine } from "../../engine/index.ts";
import { createGraphqlExecutor } from "./create-executor.ts";
import { createRunner } from "./create-runner.ts";
import type { Runner } from "./run-request.ts";

/** Makes what runs a service's GraphQL requests. Loads the graphql package: import it at the first request. */
export function loadRunner(engine: Engine, isDev: boolean): Runner {
  return createRunner({
    model: engine.model,
    isDev,
    createExecutor: (checks) => createGraphqlExecutor({ engine, ...checks }),
  });
}
