import {
  type DocumentNode,
  type FragmentDefinitionNode,
  GraphQLError,
  type GraphQLFormattedError,
  type GraphQLSchema,
  Kind,
  type OperationDefinitionNode,
  parse,
  specifiedRules,
  validate,
} from "graphql";
import { ApiError, CODES, type Code } from "../../../base/errors/index.ts";
import { printDescription } from "../../../contract/emit/index.ts";
import {
  describeGraphql,
  describeSubgraph,
  type GraphqlDescription,
} from "../../../contract/graphql/index.ts";
import { toGraphqlError } from "../../../wire/graphql/index.ts";
import type { Engine } from "../../engine/index.ts";
import { requestError } from "./answer-builder.ts";
import { buildGraphqlSchema } from "./build-schema.ts";
import { DocumentCache } from "./document-cache.ts";
import {
  type GraphqlAnswer,
  type GraphqlContext,
  type GraphqlExecutor,
  type GraphqlExecutorOptions,
  type GraphqlRequest,
  GraphqlRequestError,
  type PreparedDocument,
} from "./executor.ts";
import { CompiledOperation } from "./operation.ts";

/**
 * A document ready to run takes 100 to 170 bytes of memory for each character, and some times that with plans for several
 * outcomes of its directives: so much is 45 MB where somebody sends nothing but new documents.
 */
const DEFAULT_MAX_CACHED_CHARACTERS = 262_144;
/** Errors of a document that are told: the first few say what is wrong with it. */
const MOST_ERRORS = 20;

/** Makes the executor of a service: its schema is built here, what documents need when they first come. */
export function createGraphqlExecutor(options: GraphqlExecutorOptions): GraphqlExecutor {
  const { engine, maxCachedCharacters = DEFAULT_MAX_CACHED_CHARACTERS } = options;
  const own = describeGraphql(engine.model);
  const description = engine.model.graphql.federation ? describeSubgraph(own) : own;
  const schema = buildGraphqlSchema(description);
  const cache = new DocumentCache<PreparedDocument>(maxCachedCharacters);
  let sdl: string | undefined;
  return {
    schema,
    schemaSdl: () => {
      sdl ??= printDescription(own);
      return sdl;
    },
    prepare(source) {
      const known = cache.get(source);
      if (known !== undefined) return known;
      const document = read(source, schema, options);
      const prepared = prepareDocument(document, { engine, description, schema });
      cache.set(source, prepared);
      return prepared;
    },
  };
}

function read(source: string, schema: GraphQLSchema, options: GraphqlExecutorOptions): DocumentNode {
  const { checkSource, checkDocument, rules = [], hideSuggestions = false } = options;
  refuse(checkSource?.(source));
  let document: DocumentNode;
  try {
    document = parse(source);
  } catch (thrown) {
    if (!(thrown instanceof GraphQLError)) throw thrown;
    throw new GraphqlRequestError([withCode(thrown)]);
  }
  refuse(checkDocument?.(document));
  const errors = validate(schema, document, [...specifiedRules, ...rules], {
    maxErrors: MOST_ERRORS,
    hideSuggestions,
  });
  if (errors.length > 0) throw new GraphqlRequestError(errors.map(withCode));
  return document;
}

function refuse(errors: readonly GraphQLFormattedError[] = []): void {
  if (errors.length > 0) throw new GraphqlRequestError(errors);
}

/** The error of a document as one of ours: a malformed request, unless a rule says otherwise. */
function withCode(error: GraphQLError): GraphQLFormattedError {
  const written = error.toJSON();
  if (error.message === ABORTED) {
    const message = "The document has too many fields that must be compared with each other.";
    return { message, extensions: codeOf("too_complex") };
  }
  if (typeof error.extensions.code === "string") return written;
  return { ...written, extensions: codeOf("malformed_request") };
}

/** What graphql-js says, and nothing else, where its rules end before they are done. */
const ABORTED = "Validation aborted.";

function codeOf(code: Code): NonNullable<GraphQLFormattedError["extensions"]> {
  const { http: status, retry, title } = CODES[code];
  return { code, status, title, retry };
}

interface DocumentScope {
  readonly engine: Engine;
  readonly description: GraphqlDescription;
  readonly schema: GraphQLSchema;
}

function prepareDocument(document: DocumentNode, { engine, ...scope }: DocumentScope): PreparedDocument {
  const definitions: OperationDefinitionNode[] = [];
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions) {
    if (definition.kind === Kind.OPERATION_DEFINITION) definitions.push(definition);
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  }
  const operations = definitions.map((definition) => ({
    kind: definition.operation,
    name: definition.name?.value,
    compiled: new CompiledOperation(definition, { ...scope, engine, model: engine.model, fragments }),
  }));
  return {
    document,
    operations: operations.map(({ kind, name }) => ({ kind, ...(name === undefined ? {} : { name }) })),
    execute({ operationName, variables = {} }: GraphqlRequest, context: GraphqlContext) {
      const named =
        operationName === undefined ? operations : operations.filter(({ name }) => name === operationName);
      const [operation, another] = named;
      if (operation === undefined || another !== undefined) {
        return refused(unknownOperation(operationName, operations.length), context);
      }
      if (operation.kind === "subscription") {
        return refused(new ApiError("not_implemented", "Subscriptions are not served yet."), context);
      }
      return operation.compiled.execute(variables, context);
    },
  };
}

function unknownOperation(name: string | undefined, count: number): ApiError {
  const message =
    name !== undefined
      ? `The document has no operation ${JSON.stringify(name.slice(0, 100))}.`
      : count === 0
        ? "The document has no operation."
        : "The document has several operations: say which one with operationName.";
  return new ApiError("malformed_request", message);
}

function refused(error: ApiError, { meta }: GraphqlContext): GraphqlAnswer {
  return requestError([toGraphqlError(error, meta.requestId)]);
}
