import { ApiError } from "../../base/errors/index.ts";
import { decodeBase64, encodeBase64 } from "../../base/lib/index.ts";

/** Digest algorithms that RFC 9530 section 5 calls active. */
export type DigestAlgorithm = "sha-256" | "sha-512";

/** A digest that a sender gives of what it sends. */
export interface Digest {
  readonly algorithm: DigestAlgorithm;
  readonly bytes: Uint8Array;
}

const LENGTHS: Readonly<Record<DigestAlgorithm, number>> = { "sha-256": 32, "sha-512": 64 };
const MEMBER = /^([a-z*][a-z0-9_.*-]*)=:([A-Za-z0-9+/]*={0,2}):$/;

/**
 * Reads Content-Digest or Repr-Digest (RFC 9530): a dictionary of byte sequences. Algorithms other than sha-256 and
 * sha-512 are passed over, as section 2 asks. Throws `malformed_request` for anything else.
 */
export function parseDigests(header: string, name: string): readonly Digest[] {
  const digests: Digest[] = [];
  for (const member of header.split(",")) {
    const found = MEMBER.exec(member.trim());
    const bytes = found?.[2] === undefined ? undefined : decodeBase64(found[2]);
    if (found === null || bytes === undefined) throw malformed(name);
    const algorithm = found[1];
    if (algorithm !== "sha-256" && algorithm !== "sha-512") continue;
    if (bytes.length !== LENGTHS[algorithm]) throw malformed(name);
    digests.push({ algorithm, bytes });
  }
  return digests;
}

/** Writes a sha-256 given in hex as the value of Repr-Digest or Content-Digest. */
export function formatDigest(sha256: string): string {
  const bytes = Uint8Array.from(sha256.match(/../g) ?? [], (hex) => Number.parseInt(hex, 16));
  return `sha-256=:${encodeBase64(bytes)}:`;
}

function malformed(name: string): ApiError {
  return new ApiError("malformed_request", `${name} takes digests such as sha-256=:<base64>: (RFC 9530).`);
}
