/** Streams reset without a pause, and those a second after that (CVE-2023-44487), whoever reset them (CVE-2025-8671). */
const RESET_BURST = 200;
const RESETS_PER_SECOND = 20;
/** Bytes of frames that carry nothing for each one that does, and those that nobody counts; as nginx has it. */
const OVERHEAD_RATIO = 8;
const FREE_OVERHEAD = 1_048_576;

/** How much a connection has cost that was of no use to anybody. */
export class Budget {
  #resets = RESET_BURST;
  #resetAt = performance.now();
  #overhead = 0;
  #useful = 0;

  /** A stream was reset, or refused; false where there are too many. */
  reset(): boolean {
    const now = performance.now();
    this.#resets = Math.min(RESET_BURST, this.#resets + ((now - this.#resetAt) / 1000) * RESETS_PER_SECOND);
    this.#resetAt = now;
    this.#resets--;
    return this.#resets >= 0;
  }

  /** Bytes of bodies and of headers came. */
  use(bytes: number): void {
    this.#useful += bytes;
  }

  /** Bytes of other frames came; false where there are too many of them for what was answered (CVE-2019-9512 to 9518). */
  spend(bytes: number, bytesAnswered: number): boolean {
    this.#overhead += bytes;
    return this.#overhead <= FREE_OVERHEAD + (this.#useful + bytesAnswered) * OVERHEAD_RATIO;
  }
}
