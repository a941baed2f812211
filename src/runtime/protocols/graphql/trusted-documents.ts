import { type Mistake, UsageError } from "../../../base/errors/index.ts";
import type { TrustedDocuments } from "../../engine/index.ts";
import { type GraphqlExecutor, GraphqlRequestError } from "./executor.ts";

/** Reads trusted documents, whichever tool wrote them, as texts by name; throws UsageError for what is neither form. */
export function resolveTrustedDocuments(given: TrustedDocuments): Readonly<Record<string, string>> {
  const entries: readonly (readonly [string, unknown])[] = isManifest(given)
    ? given.operations.map(({ id, body }) => [id, body])
    : Object.entries(given);
  const mistakes: Mistake[] = [];
  const documents: Record<string, string> = {};
  for (const [name, text] of entries) {
    if (typeof text === "string") documents[name] = text;
    else mistakes.push(mistakeOf(name, "the text of a document", typeof text, "give texts by name"));
  }
  if (mistakes.length > 0) throw new UsageError(mistakes);
  return documents;
}

function isManifest(given: TrustedDocuments): given is Extract<TrustedDocuments, { operations: unknown }> {
  return given.format === "apollo-persisted-query-manifest" && Array.isArray(given.operations);
}

/** Throws UsageError with every trusted document that could not be run: wrong, or beyond the api's own limits. */
export function checkTrustedDocuments(
  { prepare }: Pick<GraphqlExecutor, "prepare">,
  documents: Readonly<Record<string, string>>,
): void {
  const mistakes = Object.entries(documents).flatMap(([name, text]): readonly Mistake[] => {
    try {
      prepare(text);
      return [];
    } catch (thrown) {
      if (!(thrown instanceof GraphqlRequestError)) throw thrown;
      const fix = "correct it, or write the documents anew from the clients of this version";
      return [mistakeOf(name, "a document of this schema, within its limits", thrown.message, fix)];
    }
  });
  if (mistakes.length > 0) throw new UsageError(mistakes);
}

function mistakeOf(name: string, expected: string, found: string, fix: string): Mistake {
  return { place: `service, trustedDocuments.${name}`, expected, found, fix };
}
