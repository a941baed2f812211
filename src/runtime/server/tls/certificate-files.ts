import { readFileSync, statSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { UsageError } from "../../../base/errors/index.ts";
import type { Logger } from "../../engine/index.ts";
import { type Certificate, checkCertificate } from "./certificate.ts";

/** How often the files are looked at: certificates are renewed weeks before their time. */
const POLL_MS = 1000;

/** Where certificate and key lie. */
export interface CertificatePlace {
  readonly certFile: string;
  readonly keyFile: string;
}

/** What the watch needs. */
export interface CertificateFilesOptions extends CertificatePlace {
  readonly logger: Logger | undefined;
  /** Called with every new certificate that is sound. */
  readonly onChange: (certificate: Certificate) => void;
}

/**
 * A certificate in files, and a watch over them. By name and not by what the system tells of changes, since renewals replace
 * files and links, and network folders tell nothing.
 */
export class CertificateFiles {
  readonly #options: CertificateFilesOptions;
  #current: Certificate;
  #timer: NodeJS.Timeout | undefined;
  /** What the files looked like when they were last read, and when they were last looked at. */
  #read: string;
  #seen: string;

  /** Reads the files. Throws UsageError where they cannot be read or are not sound. */
  constructor(options: CertificateFilesOptions) {
    this.#options = options;
    const { certFile, keyFile } = options;
    this.#read = looksOf([certFile, keyFile]);
    this.#seen = this.#read;
    this.#current = checkCertificate({ cert: readNow(certFile), key: readNow(keyFile) }, placeOf(options));
    const { expiresAt } = this.#current;
    if (expiresAt < Date.now())
      options.logger?.warn({ certFile, expiresAt: toText(expiresAt) }, "the certificate has expired");
  }

  get current(): Certificate {
    return this.#current;
  }

  /** Begins to look for changes. */
  watch(): void {
    this.#timer ??= setInterval(() => this.#look(), POLL_MS).unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** Certificate and key are written one after the other: what has changed must have stayed so from one look to the next. */
  #look(): void {
    const { certFile, keyFile } = this.#options;
    const looks = looksOf([certFile, keyFile]);
    const settled = looks === this.#seen;
    this.#seen = looks;
    if (!settled || looks === this.#read) return;
    this.#read = looks;
    void this.reload();
  }

  /**
   * Reads the files again. What is not sound, or has expired already, is told to the log and the certificate that is there
   * stays.
   */
  async reload(): Promise<void> {
    const { certFile, keyFile, logger, onChange } = this.#options;
    try {
      const [cert, key] = await Promise.all([readFile(certFile), readFile(keyFile)]);
      const next = checkCertificate({ cert, key }, placeOf(this.#options));
      const { fingerprint, expiresAt } = next;
      if (fingerprint === this.#current.fingerprint && key.equals(toBuffer(this.#current.key))) return;
      if (expiresAt < Date.now()) {
        logger?.error(
          { certFile, expiresAt: toText(expiresAt) },
          "the new certificate has expired; the old one stays",
        );
        return;
      }
      this.#current = next;
      onChange(next);
      logger?.info({ certFile, fingerprint, expiresAt: toText(expiresAt) }, "certificate replaced");
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      logger?.error({ certFile, keyFile, reason }, "the new certificate cannot be used; the old one stays");
    }
  }
}

function toBuffer(text: string | Buffer): Buffer {
  return typeof text === "string" ? Buffer.from(text) : text;
}

/** Identity, size and time of the files as they are now; links are followed. Two looks a second need no thread. */
function looksOf(files: readonly string[]): string {
  const looks = files.map((file) => {
    const found = statSync(file, { bigint: true, throwIfNoEntry: false });
    return found === undefined ? "none" : `${found.ino} ${found.size} ${found.mtimeNs}`;
  });
  return looks.join("\n");
}

function readNow(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    throw new UsageError({
      place: "option tls",
      expected: `a file ${file} that can be read`,
      found: error instanceof Error ? error.message : "none",
      fix: "name a PEM file that this user may read",
    });
  }
}

function placeOf({ certFile, keyFile }: CertificatePlace): string {
  return `option tls, ${certFile} and ${keyFile}`;
}

function toText(ms: number): string {
  return new Date(ms).toISOString();
}
