import { isDeepStrictEqual } from "node:util";
import { UsageError } from "../../base/errors/index.ts";
import { type JsonValue, parseJson, stringifyJson } from "../../base/lib/index.ts";
import { mayBeJson } from "./may-be-json.ts";

/** Characters of JSON text: a result is a reference to what was done, not the thing itself. */
const MAX_RESULT_LENGTH = 262_144;

/** Writes what a step returned as JSON text; undefined for nothing. Throws UsageError for what would not come back the same. */
export function encodeStepResult(place: string, value: unknown): string | undefined {
  if (value === undefined) return undefined;
  const text = writeJson(value);
  const same = text !== undefined && isDeepStrictEqual(readJson(text), value);
  if (text !== undefined && same && text.length <= MAX_RESULT_LENGTH) return text;
  throw new UsageError({
    place,
    expected: `a result that JSON carries unchanged, of at most ${MAX_RESULT_LENGTH} characters, or nothing`,
    found: same ? `${text?.length} characters` : "one that would come back as something else",
    fix: "return only the ids and plain values that the command needs, such as { id: charge.id }",
  });
}

/** Reads what {@link encodeStepResult} wrote. */
export function decodeStepResult(text: string | undefined): JsonValue | undefined {
  return text === undefined ? undefined : parseJson(text);
}

function writeJson(value: unknown): string | undefined {
  try {
    return mayBeJson(value) ? stringifyJson(value) : undefined;
  } catch {
    return undefined;
  }
}

function readJson(text: string): unknown {
  try {
    return parseJson(text);
  } catch {
    return undefined;
  }
}
