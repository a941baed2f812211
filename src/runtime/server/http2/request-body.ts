import { Readable } from "node:stream";

/** Who is told how a body is read. */
export interface BodyOwner {
  /** So many bytes were taken, so as many more may come. */
  taken(bytes: number): void;
}

/** Pieces below this are copied together while they wait: each alone would cost more, and hold all that came with it. */
const COPIED_BYTES = 8192;
/** Of what such pieces are copied to. */
const FIRST_BLOCK_BYTES = 256;
const BLOCK_BYTES = 16_384;

/**
 * The body of a request, while it comes: the peer may send on as it is read. What is not read waits here, in about as much
 * memory as it has bytes, however small its frames are.
 */
export class RequestBody extends Readable {
  readonly #owner: BodyOwner;
  /** The reader has taken all and asks for more. */
  #isWanted = false;
  /** Bytes handed over since the reader last asked. */
  #given = 0;
  #waiting: Buffer[] = [];
  /** Where small pieces are gathered, behind what waits, and how much of it is filled. */
  #block: Buffer | undefined;
  #filled = 0;

  constructor(owner: BodyOwner) {
    // So it asks for more when it is empty, and not before.
    super({ highWaterMark: 1 });
    this.#owner = owner;
    // Whoever reads hears of a break by "aborted" and "close"; an error that nobody heard would end the process.
    this.on("error", ignore);
  }

  /** A piece has come. */
  receive(piece: Buffer): void {
    if (this.#isWanted) this.#give(piece);
    else if (piece.length < COPIED_BYTES) this.#gather(piece);
    else {
      this.#seal();
      this.#waiting.push(piece);
    }
  }

  /** All has come. */
  finish(): void {
    this.#giveWaiting();
    this.push(null);
  }

  override _read(): void {
    const given = this.#given;
    this.#given = 0;
    this.#isWanted = true;
    if (given > 0) this.#owner.taken(given);
    this.#giveWaiting();
  }

  /** The stream has closed before the body was whole. */
  abort(): void {
    if (this.readableEnded || this.destroyed) return;
    this.emit("aborted");
    this.destroy();
  }

  #give(piece: Buffer): void {
    this.#isWanted = false;
    this.#given += piece.length;
    this.push(piece);
  }

  #giveWaiting(): void {
    this.#seal();
    const waiting = this.#waiting;
    if (waiting.length === 0) return;
    this.#waiting = [];
    for (const piece of waiting) this.#give(piece);
  }

  #gather(piece: Buffer): void {
    if (this.#block === undefined || this.#block.length - this.#filled < piece.length) {
      const next = Math.min(BLOCK_BYTES, 2 * (this.#block?.length ?? FIRST_BLOCK_BYTES));
      this.#seal();
      this.#block = Buffer.allocUnsafeSlow(Math.max(next, piece.length));
    }
    this.#filled += piece.copy(this.#block, this.#filled);
  }

  #seal(): void {
    if (this.#block !== undefined) this.#waiting.push(this.#block.subarray(0, this.#filled));
    this.#block = undefined;
    this.#filled = 0;
  }
}

function ignore(): void {}
