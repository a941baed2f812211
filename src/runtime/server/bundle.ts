import { readFile } from "node:fs/promises";
import { promisify } from "node:util";
import { brotliDecompress, gzip } from "node:zlib";
import { acceptsCoding } from "../../wire/rest/index.ts";

/** A file of a page in assets, as its update.ts made it. */
export interface Bundle {
  /** Compressed by brotli. */
  readonly file: URL;
  /** Release of what is in it. */
  readonly version: string;
  /** Digest of the file uncompressed. */
  readonly sha256: string;
}

/** Content coding of a bundle that is sent. */
export type BundleCoding = "br" | "gzip" | "identity";

/** Reads the bundle in the coding asked for; each coding is made once, when first asked for. */
export type BundleReader = (coding: BundleCoding) => Promise<Uint8Array>;

/** Makes a reader that keeps what it has made. */
export function createBundleReader({ file }: Bundle): BundleReader {
  const made = new Map<BundleCoding, Promise<Uint8Array>>();
  const read: BundleReader = (coding) => {
    const known = made.get(coding);
    if (known !== undefined) return known;
    const making = make(file, coding, read);
    made.set(coding, making);
    // A file that could not be read is tried again next time.
    making.catch(() => made.delete(coding));
    return making;
  };
  return read;
}

async function make(file: URL, coding: BundleCoding, read: BundleReader): Promise<Uint8Array> {
  if (coding === "br") return readFile(file);
  if (coding === "identity") return promisify(brotliDecompress)(await read("br"));
  return promisify(gzip)(await promisify(brotliDecompress)(await read("br")));
}

/** The coding that a bundle is sent in for an Accept-Encoding. */
export function bundleCoding(acceptEncoding: string | undefined): BundleCoding {
  if (acceptsCoding(acceptEncoding, "br")) return "br";
  return acceptsCoding(acceptEncoding, "gzip") ? "gzip" : "identity";
}

/** Name of a bundle's file that changes with its content: `graphiql-3.9.0-0123456789ab.js`. */
export function bundleName(name: string, { version, sha256 }: Bundle, extension: string): string {
  return `${name}-${version}-${sha256.slice(0, 12)}.${extension}`;
}
