import { promisify } from "node:util";
import {
  brotliCompress,
  brotliCompressSync,
  constants,
  gzip,
  gzipSync,
  zstdCompress,
  zstdCompressSync,
} from "node:zlib";
import type { Coding } from "../../wire/rest/index.ts";

/** Smaller bodies are sent as they are: one packet holds them, coded or not. */
export const MIN_COMPRESSED_BYTES = 1024;
// Above this a body would hold up other requests for more than about a millisecond, so a thread does it.
const SYNCHRONOUS_BYTES = 32_768;

// Levels where most of the gain is had for a tenth of the time of the highest.
const GZIP = { level: 5 };
const BROTLI = { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } };

const gzipAsync = promisify(gzip);
const brotliAsync = promisify(brotliCompress);
const zstdAsync = promisify(zstdCompress);

/** Codes a body; on another thread where it is long. */
export function compress(
  body: string | Uint8Array,
  coding: Exclude<Coding, "identity">,
): Promise<Buffer> | Buffer {
  const short = body.length <= SYNCHRONOUS_BYTES;
  switch (coding) {
    case "gzip":
      return short ? gzipSync(body, GZIP) : gzipAsync(body, GZIP);
    case "br":
      return short ? brotliCompressSync(body, BROTLI) : brotliAsync(body, BROTLI);
    case "zstd":
      return short ? zstdCompressSync(body) : zstdAsync(body);
  }
}
