/** Strings kept: clients call a few methods in turn. */
const SLOTS = 8;
/** Longest string kept, in bytes as it came with its length before it: the length is one byte then. */
const SLOT_BYTES = 128;
/** Shorter ones cost nearly nothing to decode. */
const LEAST_BYTES = 8;

/**
 * Remembers a connection's last literals as they came, so that one that comes again is neither decoded nor made anew: the
 * common clients write `:path` out in each call.
 */
export class StringMemo {
  readonly #values: (string | undefined)[] = Array.from({ length: SLOTS });
  /** Made when the first is kept: many connections have none. */
  #bytes: Uint8Array | undefined;
  #turn = 0;

  /** The string that begins at `at` with its length, undefined where it is not known. Of one that is, the length is one byte. */
  find(block: Uint8Array, at: number): string | undefined {
    const bytes = this.#bytes;
    const end = endOf(block, at);
    if (bytes === undefined || end === undefined) return undefined;
    const slot = slotOf(block, at, end);
    // The length stands first and is compared too. From the end, since that is where paths differ.
    for (let from = end - 1, kept = slot * SLOT_BYTES + end - at - 1; from >= at; from--, kept--) {
      if (block[from] !== bytes[kept]) return undefined;
    }
    return this.#values[slot];
  }

  /**
   * Offers the string that begins at `at` with its length, to be kept instead of another. One of four is: what repeats
   * is offered again, and what does not costs less.
   */
  offer(block: Uint8Array, at: number, value: string): void {
    const end = endOf(block, at);
    if (end === undefined) return;
    // Runs through all bytes in an order in which offers in turn all have theirs.
    this.#turn = (this.#turn * 5 + 3) & 0xff;
    if (this.#turn >= 64) return;
    this.#bytes ??= new Uint8Array(SLOTS * SLOT_BYTES);
    const slot = slotOf(block, at, end);
    for (let from = at, kept = slot * SLOT_BYTES; from < end; from++, kept++)
      this.#bytes[kept] = block[from]!;
    this.#values[slot] = value;
  }
}

/** Where the string ends; undefined where it is cut off or not for us. */
function endOf(block: Uint8Array, at: number): number | undefined {
  if (at >= block.length) return undefined;
  const length = block[at]! & 0x7f;
  const end = at + 1 + length;
  return length < LEAST_BYTES || length === 0x7f || end > block.length ? undefined : end;
}

/** Paths differ in their length, or near their end. */
function slotOf(block: Uint8Array, at: number, end: number): number {
  return (block[at]! ^ block[end - 2]! ^ (block[end - 4]! >> 2) ^ (block[end - 6]! >> 4)) & (SLOTS - 1);
}
