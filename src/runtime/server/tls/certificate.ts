import { X509Certificate } from "node:crypto";
import { createSecureContext } from "node:tls";
import { UsageError } from "../../../base/errors/index.ts";

/** A certificate and its key, both sound. */
export interface Certificate {
  readonly cert: string | Buffer;
  readonly key: string | Buffer;
  /** When it is no longer valid, in milliseconds since the epoch. */
  readonly expiresAt: number;
  /** SHA-256 of the certificate itself, for the log. */
  readonly fingerprint: string;
}

/** Looks at a certificate and its key; throws UsageError where they are not PEM or do not belong together. */
export function checkCertificate(
  { cert, key }: Pick<Certificate, "cert" | "key">,
  place = "option tls",
): Certificate {
  try {
    createSecureContext({ cert, key });
    const { validToDate, fingerprint256 } = new X509Certificate(cert);
    return { cert, key, expiresAt: validToDate.getTime(), fingerprint: fingerprint256 };
  } catch (error) {
    throw new UsageError({
      place,
      expected: "a certificate chain and the key of its first certificate, both PEM",
      found: error instanceof Error ? error.message : "neither",
      fix: "give the files that belong together, the chain with the server's own certificate first",
    });
  }
}
