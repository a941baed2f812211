import { createHash, timingSafeEqual } from "node:crypto";
import { ApiError } from "../../base/errors/index.ts";
import { parseDigests } from "../../wire/rest/index.ts";
import type { Exchange } from "./exchange.ts";

const HEADERS = [
  ["content-digest", "Content-Digest"],
  ["repr-digest", "Repr-Digest"],
] as const;

/**
 * Hands a body's pieces on and holds them to the digests that its sender gives (RFC 9530): after the last piece it
 * throws `digest_mismatch` where one differs. Bodies are not coded, so Content-Digest and Repr-Digest are of the same
 * bytes.
 */
export async function* checkDigests(
  exchange: Exchange,
  chunks: AsyncIterable<Buffer>,
): AsyncGenerator<Buffer> {
  const wanted = HEADERS.flatMap(([header, name]) => {
    const given = exchange.request.headers[header];
    const digests = given === undefined ? [] : parseDigests(String(given), name);
    return digests.map(({ algorithm, bytes }) => {
      return { name, algorithm, bytes, hash: createHash(algorithm.replace("-", "")) };
    });
  });
  for await (const chunk of chunks) {
    for (const { hash } of wanted) hash.update(chunk);
    yield chunk;
  }
  for (const { name, algorithm, bytes, hash } of wanted) {
    if (timingSafeEqual(hash.digest(), bytes)) continue;
    throw new ApiError("digest_mismatch", `The body does not have the ${algorithm} that ${name} names.`, {
      data: { algorithm, header: name },
    });
  }
}
