import { createHash } from "node:crypto";

/** The advisory lock of a claim: 64 bits of a digest, since locks are numbers. */
export function claimLock({ scope, key }: { readonly scope: string; readonly key: string }): string {
  const digest = createHash("sha256").update(`concordat idempotency\0${scope}\0${key}`).digest();
  return digest.readBigInt64BE(0).toString();
}
