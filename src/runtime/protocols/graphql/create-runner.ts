import {
  type DocumentNode,
  type GraphQLFormattedError,
  NoSchemaIntrospectionCustomRule,
  type ValidationRule,
} from "graphql";
import type { Model } from "../../../contract/model/model.ts";
import { createOpenDocuments, createTrustedDocuments } from "./documents.ts";
import type { GraphqlExecutor } from "./executor.ts";
import { checkDocument } from "./limits/check-document.ts";
import { checkSource } from "./limits/check-source.ts";
import { createMeter } from "./meter.ts";
import type { Runner } from "./run-request.ts";

/** What an api's limits and secrets ask of an executor. */
export interface ExecutorChecks {
  readonly checkSource: (source: string) => readonly GraphQLFormattedError[];
  readonly checkDocument: (document: DocumentNode) => readonly GraphQLFormattedError[];
  readonly rules: readonly ValidationRule[];
  readonly hideSuggestions: boolean;
}

/** What a runner is made of. */
export interface RunnerOptions {
  readonly model: Model;
  /** Whether the service is being developed: its schema may then be read unless the contract says `never`. */
  readonly isDev: boolean;
  /** Source texts by name; where the contract trusts only these. */
  readonly trusted?: Readonly<Record<string, string>> | undefined;
  readonly createExecutor: (checks: ExecutorChecks) => GraphqlExecutor;
}

/** Makes what runs GraphQL requests, as the model declares it. Loads the graphql package: import it on first use. */
export function createRunner({ model, isDev, trusted = {}, createExecutor }: RunnerOptions): Runner {
  const { limits, introspection, documents } = model.graphql;
  const isOpen = introspection === "always" || (introspection === "dev" && isDev);
  const executor = createExecutor({
    checkSource: (source) => checkSource(source, limits),
    checkDocument: (document) => checkDocument(document, limits),
    rules: isOpen ? [] : [NoSchemaIntrospectionCustomRule],
    hideSuggestions: !isOpen,
  });
  return {
    executor,
    meter: createMeter(executor.schema, model),
    findDocument: documents === "trusted" ? createTrustedDocuments(trusted) : createOpenDocuments(),
    maxCost: limits.maxCost,
  };
}
