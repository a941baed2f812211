import { hash } from "node:crypto";
import { canonicalJson } from "../../base/lib/index.ts";
import type { Call } from "./call.ts";

/**
 * Digests what must be the same for a repeated call to be the same one: operation, row, input and what is asked back. For
 * protocols whose calls are values; REST digests what its requests say, its bodies being documents of several kinds.
 */
export function fingerprintOf({
  operation,
  id,
  input,
  fields,
  expand,
  select,
}: Pick<Call, "operation" | "id" | "input" | "fields" | "expand" | "select">): string {
  const asked = [operation, id ?? null, fields ?? null, expand ?? null, input ?? null, select ?? null];
  return hash("sha256", canonicalJson(asked), "base64url");
}
