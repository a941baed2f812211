import type { Engine } from "../../engine/index.ts";
import { createGraphqlExecutor } from "./create-executor.ts";
import { createRunner } from "./create-runner.ts";
import type { Runner } from "./run-request.ts";

/** How the service is run, as far as GraphQL has to know. */
export interface LoadOptions {
  readonly isDev: boolean;
  readonly trustedDocuments: Readonly<Record<string, string>> | undefined;
}

/** Makes what runs a service's GraphQL requests. Loads the graphql package: import it at the first request. */
export function loadRunner(engine: Engine, { isDev, trustedDocuments }: LoadOptions): Runner {
  return createRunner({
    model: engine.model,
    isDev,
    trusted: trustedDocuments,
    createExecutor: (checks) =>
      createGraphqlExecutor({
        engine,
        ...checks,
        // Nobody can send others, so all of them may stay.
        ...(trustedDocuments === undefined ? {} : { maxCachedCharacters: Number.MAX_SAFE_INTEGER }),
      }),
  });
}
