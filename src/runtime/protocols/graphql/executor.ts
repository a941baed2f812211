import type { DocumentNode, GraphQLFormattedError, GraphQLSchema, ValidationRule } from "graphql";
import type { CallMeta, Credentials, Engine } from "../../engine/index.ts";

/** What a document is run for: who calls, what the engine is told of the request, and when the caller has gone. */
export interface GraphqlContext {
  readonly credentials?: Credentials | undefined;
  readonly meta: CallMeta;
  readonly signal?: AbortSignal | undefined;
  /** Whether the caller has gone: asked instead of the signal where nothing waits. */
  readonly gone?: boolean;
  /**
   * Names who is told, once, when the caller goes away, for each call that waits; undefined: it waits no more. The engine
   * uses it instead of the signal, which costs ten times as much.
   */
  watchGone(who: object, listener: (() => void) | undefined): void;
  /**
   * Idempotency key of the request, from its header or `extensions.idempotencyKey`. A mutation field whose argument
   * `idempotencyKey` is absent takes it; where the operation has several mutation fields, followed by `:` and the field's
   * response key.
   */
  readonly idempotencyKey?: string | undefined;
}

/** One request for a prepared document. */
export interface GraphqlRequest {
  readonly operationName?: string | undefined;
  readonly variables?: Readonly<Record<string, unknown>> | undefined;
}

/** A document that has been parsed, validated and found within its limits; run as often as wanted. */
export interface PreparedDocument {
  readonly document: DocumentNode;
  readonly operations: readonly PreparedOperation[];
  /**
   * Synchronous where no operation waits. A wrong operation name and wrong variables are an answer too: it rejects only for
   * what is wrong with Concordat itself.
   */
  execute(request: GraphqlRequest, context: GraphqlContext): Promise<GraphqlAnswer> | GraphqlAnswer;
}

/** An operation of a document. */
export interface PreparedOperation {
  readonly name?: string;
  readonly kind: "query" | "mutation" | "subscription";
}

/** What goes back to the caller. */
export interface GraphqlAnswer {
  /** JSON text of `{ errors?, data?, extensions? }`. */
  readonly body: string;
  /** False for a request error (GraphQL section 7.1.2): the body has no `data`. */
  readonly hasData: boolean;
  /** Whether the body ends with `extensions`. */
  readonly hasExtensions?: boolean;
  /** Largest of its errors'. */
  readonly retryAfterSeconds?: number;
  /** Nobody may ask without better credentials: every field of the root was refused with `unauthenticated`. */
  readonly isUnauthenticated?: boolean;
  /** Rows that the engine read for it. */
  readonly rowsRead?: number;
  /** For an answer without errors: the strictest `Cache-Control` of the operations it was read from, where all have one. */
  readonly cacheControl?: string;
}

/** GraphQL over one engine: the schema, and documents made ready to run. */
export interface GraphqlExecutor {
  /** Parses, validates and holds to the limits; keeps what it was given last. Throws {@link GraphqlRequestError}. */
  prepare(source: string): PreparedDocument;
  readonly schema: GraphQLSchema;
  readonly schemaSdl: () => string;
}

/** What an executor is made of. */
export interface GraphqlExecutorOptions {
  readonly engine: Engine;
  /** Looks at a source text before it is parsed: its tokens, its brackets. What it finds ends the preparation. */
  readonly checkSource?: (source: string) => readonly GraphQLFormattedError[];
  /**
   * Looks at a document that has been parsed, before the rules of the specification do, which some documents keep busy for
   * long: its depth, its aliases, its fragments. What it finds ends the preparation.
   */
  readonly checkDocument?: (document: DocumentNode) => readonly GraphQLFormattedError[];
  /** Rules beside those of the GraphQL specification: introspection. */
  readonly rules?: readonly ValidationRule[];
  /** Leaves the schema's names out of error messages ("Did you mean …?"). Default false. */
  readonly hideSuggestions?: boolean;
  /** Characters of source text of all documents that are kept ready. Default 262,144. */
  readonly maxCachedCharacters?: number;
}

/** A document that cannot be run; its errors are written as they are into an answer without `data`. */
export class GraphqlRequestError extends Error {
  override readonly name = "GraphqlRequestError";
  readonly errors: readonly GraphQLFormattedError[];

  constructor(errors: readonly GraphQLFormattedError[]) {
    super(errors.map(({ message }) => message).join("\n"));
    this.errors = errors;
  }
}
