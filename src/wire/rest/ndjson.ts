import { type JsonValue, stringifyJson } from "../../base/lib/index.ts";

/** Media type of newline-delimited JSON. */
export const NDJSON_MEDIA_TYPE = "application/x-ndjson";

/** Writes values as newline-delimited JSON, one on each line. */
export function formatNdjson(values: readonly JsonValue[]): string {
  return values.map((value) => `${stringifyJson(value)}\n`).join("");
}
