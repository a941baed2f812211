import type { Engine, TrustedDocuments } from "../../engine/index.ts";
import { createGraphqlExecutor } from "./create-executor.ts";
import { createRunner } from "./create-runner.ts";
import type { Runner } from "./run-request.ts";
import { checkTrustedDocuments, resolveTrustedDocuments } from "./trusted-documents.ts";

/** How the service is run, as far as GraphQL has to know. */
export interface LoadOptions {
  readonly isDev: boolean;
  readonly trustedDocuments: TrustedDocuments | undefined;
}

/**
 * Makes what runs a service's GraphQL requests. Loads the graphql package: import it at the first request. Throws UsageError
 * for trusted documents that cannot be run.
 */
export function loadRunner(engine: Engine, { isDev, trustedDocuments }: LoadOptions): Runner {
  const trusted = trustedDocuments && resolveTrustedDocuments(trustedDocuments);
  const runner = createRunner({
    model: engine.model,
    isDev,
    trusted,
    createExecutor: (checks) =>
      createGraphqlExecutor({
        engine,
        ...checks,
        // Nobody can send others, so all of them may stay.
        ...(trusted === undefined ? {} : { maxCachedCharacters: Number.MAX_SAFE_INTEGER }),
      }),
  });
  if (trusted !== undefined) checkTrustedDocuments(runner.executor, trusted);
  return runner;
}
