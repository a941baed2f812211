import { hash } from "node:crypto";
import type { IdempotencyClaim } from "./ports.ts";

/**
 * Derives the idempotency key for the other side of a step: 43 URL-safe characters, the same for every try of the same
 * command, another one for any other principal, operation, key or step. It tells nothing of what it was made from that
 * the caller's own key does not.
 */
export function stepKey({ scope, key }: IdempotencyClaim, name: string): string {
  return hash("sha256", `concordat step ${JSON.stringify([scope, key, name])}`, "base64url");
}
