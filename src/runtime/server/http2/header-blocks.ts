import {
  areTrailers,
  HpackDecoder,
  HTTP2_ERROR,
  Http2Error,
  type RequestFields,
  readRequestFields,
} from "../../../wire/http2/index.ts";
import type { ServerLimits } from "../limits.ts";

/** Bytes of HPACK's table, as clients know without being told. */
const TABLE_BYTES = 4096;
/** More frames for one block are a flood (CVE-2024-27316). */
const MAX_CONTINUATIONS = 16;
/** Blocks are remembered up to this size. */
const REMEMBERED_BYTES = 1024;

/** A block whose end has not come (RFC 9113 section 4.3): nothing else may come before. */
export interface OpenBlock {
  readonly stream: number;
  readonly isLast: boolean;
}

/** Reads the blocks of headers of one connection. */
export class HeaderBlocks {
  /** The block under way. */
  open: OpenBlock | undefined;
  readonly #decoder: HpackDecoder;
  readonly #maxBytes: number;
  #pieces: Buffer[] = [];
  #size = 0;
  /** The last request's block that left the table as it was, and what it said: calls of one method say the same again. */
  #last: Buffer | undefined;
  #lastFields: RequestFields | undefined;
  #lastGeneration = 0;

  constructor({ maxHeaders, maxHeaderBytes, maxUrlBytes }: ServerLimits) {
    // Twice what is allowed, so that a request a little too large still gets a 431. What a list may be counts 32 bytes for
    // each field beside its own.
    this.#maxBytes = 2 * (maxHeaderBytes + maxUrlBytes);
    const maxFields = 2 * maxHeaders;
    this.#decoder = new HpackDecoder({
      maxTableBytes: TABLE_BYTES,
      maxListBytes: this.#maxBytes + 32 * maxFields,
      maxFields,
    });
  }

  /** Keeps the first piece of a block, copied, since it lies there during the call only. */
  begin(block: OpenBlock, piece: Buffer): void {
    this.open = block;
    this.#keep(piece);
  }

  /** Keeps a further piece. */
  add(piece: Buffer): void {
    this.#keep(piece);
    if (this.#pieces.length > MAX_CONTINUATIONS + 1) {
      throw new Http2Error(HTTP2_ERROR.enhanceYourCalm, "a block of headers in too many pieces");
    }
  }

  /** The whole of the block, which is not open any more. */
  join(): Buffer {
    const block = Buffer.concat(this.#pieces);
    this.open = undefined;
    this.#pieces = [];
    this.#size = 0;
    return block;
  }

  /** Reads a request; undefined for a malformed one. Throws HpackError for what is no block. */
  readRequest(block: Buffer): RequestFields | undefined {
    const decoder = this.#decoder;
    if (decoder.generation === this.#lastGeneration && this.#last?.equals(block) === true)
      return this.#lastFields;
    const before = decoder.generation;
    const list = decoder.decode(block);
    const fields = readRequestFields(list, decoder.isOverflown);
    const isSteady = decoder.generation === before && block.length <= REMEMBERED_BYTES;
    this.#last = isSteady ? Buffer.from(block) : undefined;
    this.#lastFields = fields;
    this.#lastGeneration = before;
    return fields;
  }

  /** Reads trailers, whose words nobody needs; whether they are well-formed. */
  readTrailers(block: Buffer): boolean {
    return areTrailers(this.#decoder.decode(block));
  }

  #keep(piece: Buffer): void {
    this.#size += piece.length;
    if (this.#size > this.#maxBytes) {
      throw new Http2Error(HTTP2_ERROR.enhanceYourCalm, "a block of headers is far too large");
    }
    this.#pieces.push(Buffer.from(piece));
  }
}
