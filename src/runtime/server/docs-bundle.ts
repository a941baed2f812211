import { readFile } from "node:fs/promises";
import { promisify } from "node:util";
import { brotliDecompress, gzip } from "node:zlib";

/** The browser bundle of the reference page as assets/docs/update.ts fetched it: its release and its uncompressed digest. */
export const DOCS_BUNDLE = {
  version: "1.72.1",
  sha256: "bf091006bdc3af6067af77c2f534812e3e633e94a94e87138069f570f33b762c",
} as const;

const FILE = new URL("../../../assets/docs/scalar.js.br", import.meta.url);

/** Content coding of a bundle that is sent. */
export type BundleCoding = "br" | "gzip" | "identity";

/** Reads the bundle in the coding asked for; each coding is made once, when first asked for. */
export type BundleReader = (coding: BundleCoding) => Promise<Uint8Array>;

/** Makes a reader that keeps what it has made. */
export function createBundleReader(): BundleReader {
  const made = new Map<BundleCoding, Promise<Uint8Array>>();
  const read: BundleReader = (coding) => {
    const known = made.get(coding);
    if (known !== undefined) return known;
    const making = make(coding, read);
    made.set(coding, making);
    // A file that could not be read is tried again next time.
    making.catch(() => made.delete(coding));
    return making;
  };
  return read;
}

async function make(coding: BundleCoding, read: BundleReader): Promise<Uint8Array> {
  if (coding === "br") return readFile(FILE);
  if (coding === "identity") return promisify(brotliDecompress)(await read("br"));
  return promisify(gzip)(await promisify(brotliDecompress)(await read("br")));
}
