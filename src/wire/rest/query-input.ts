import { type JsonValue, parseJson } from "../../base/lib/index.ts";
import type { OperationModel } from "../../contract/model/model.ts";

/**
 * Turns the text of query parameters into the wire form that a body would have: numbers and booleans are written bare,
 * everything else is text. What does not look like its type stays text, for the decoder to refuse with its place.
 */
export function decodeQueryInput(
  operation: OperationModel,
  texts: Readonly<Record<string, string>> | undefined,
): Readonly<Record<string, JsonValue>> | undefined {
  const fields = operation.input?.fields;
  if (fields === undefined) return undefined;
  const input: Record<string, JsonValue> = {};
  for (const [name, text] of Object.entries(texts ?? {})) input[name] = toWire(fields[name]?.type.kind, text);
  return input;
}

/** Text of a parameter in the wire form of its type. */
export function toWire(kind: string | undefined, text: string): JsonValue {
  if (kind === "bool" && (text === "true" || text === "false")) return text === "true";
  if ((kind === "int32" || kind === "float64") && /^-?[0-9]/.test(text) && text.length <= 40) {
    try {
      return parseJson(text);
    } catch {
      return text;
    }
  }
  return text;
}
