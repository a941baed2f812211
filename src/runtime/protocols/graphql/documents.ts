import { hash } from "node:crypto";
import { ApiError } from "../../../base/errors/index.ts";
import type { GraphqlParameters } from "../../../wire/graphql/index.ts";
import { GraphqlRequestError } from "./executor.ts";

/** Characters of source text that clients may have kept here by hash: some thousand documents. */
const MAX_KEPT_CHARACTERS = 4_194_304;
/** Characters that each counts beside its own: its hash and its place. */
const OVERHEAD_CHARACTERS = 256;

/** A request's source text, and what to do once it has proved to be a document. */
export interface FoundDocument {
  readonly source: string;
  /** Keeps it for those who name it by its hash; absent where that was not asked for. */
  readonly keep?: () => void;
}

/**
 * Finds the document of a request: in the request, or by its hash among those kept. Throws `malformed_request` for a
 * request without one and for a hash that is another text's, GraphqlRequestError for a name that nobody knows.
 */
export type DocumentFinder = (parameters: GraphqlParameters) => FoundDocument;

/**
 * Makes a finder that takes any document and keeps those that come with their hash (automatic persisted queries, as
 * Apollo's clients ask for them, and `documentId` of GraphQL over HTTP appendix A). The longest unused give way.
 */
export function createOpenDocuments(maxCharacters: number = MAX_KEPT_CHARACTERS): DocumentFinder {
  const kept = new Map<string, string>();
  let characters = 0;
  const keep = (digest: string, source: string) => {
    if (kept.has(digest)) return;
    kept.set(digest, source);
    characters += source.length + OVERHEAD_CHARACTERS;
    for (const [oldest, text] of kept) {
      if (characters <= maxCharacters) break;
      kept.delete(oldest);
      characters -= text.length + OVERHEAD_CHARACTERS;
    }
  };
  return (parameters) => {
    const digest = digestOf(parameters);
    const { query } = parameters;
    if (digest === undefined) {
      if (query !== undefined) return { source: query };
      throw parameters.documentId === undefined ? missing() : notFound();
    }
    if (query !== undefined) {
      if (digest !== sha256(query)) {
        throw new ApiError("malformed_request", "The hash that names the document is not that of `query`.");
      }
      return { source: query, keep: () => keep(digest, query) };
    }
    const source = kept.get(digest);
    if (source === undefined) throw notFound();
    kept.delete(digest);
    kept.set(digest, source);
    return { source };
  };
}

/**
 * Makes a finder that takes only the documents given, by their name or by the hash of their text; a text is taken where
 * its hash is known.
 */
export function createTrustedDocuments(trusted: Readonly<Record<string, string>>): DocumentFinder {
  const documents = new Map<string, string>();
  for (const [name, source] of Object.entries(trusted)) {
    documents.set(name.replace(/^sha256:/, ""), source);
    documents.set(sha256(source), source);
  }
  return (parameters) => {
    const { query, documentId } = parameters;
    const name = digestOf(parameters) ?? documentId ?? (query === undefined ? undefined : sha256(query));
    if (name === undefined) throw missing();
    const source = documents.get(name);
    if (source === undefined || (query !== undefined && query !== source)) {
      if (query === undefined) throw notFound();
      throw new ApiError(
        "forbidden",
        "Only documents that the service knows are run here; this is none of them.",
      );
    }
    return { source };
  };
}

/** Lower-case hexadecimal digest by which a request names its document. */
function digestOf({ documentId, extensions }: GraphqlParameters): string | undefined {
  const persisted = extensions?.persistedQuery;
  if (persisted !== undefined && persisted !== null) {
    if (typeof persisted === "object" && "sha256Hash" in persisted && persisted.version === 1) {
      const { sha256Hash } = persisted;
      if (typeof sha256Hash === "string" && /^[0-9a-f]{64}$/.test(sha256Hash)) return sha256Hash;
    }
    const expected = '{ "version": 1, "sha256Hash": "<64 lower-case hexadecimal digits>" }';
    throw new ApiError("malformed_request", `extensions.persistedQuery takes the form ${expected}.`);
  }
  return /^sha256:([0-9a-f]{64})$/.exec(documentId ?? "")?.[1];
}

function sha256(text: string): string {
  return hash("sha256", text, "hex");
}

function missing(): ApiError {
  return new ApiError("malformed_request", "The request has no document: send its text as `query`.", {
    violations: [{ pointer: "/query", code: "required", message: "Expected a string, found nothing." }],
  });
}

/** As Apollo's clients know it: they send the request again with the text. */
function notFound(): GraphqlRequestError {
  const extensions = { code: "PERSISTED_QUERY_NOT_FOUND", status: 400, retry: "no" };
  return new GraphqlRequestError([{ message: "PersistedQueryNotFound", extensions }]);
}
