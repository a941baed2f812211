/** A block that is no HPACK. Neither side can know the other's table from here on: the connection ends with COMPRESSION_ERROR (RFC 9113 section 4.3). */
export class HpackError extends Error {
  override readonly name = "HpackError";
}
