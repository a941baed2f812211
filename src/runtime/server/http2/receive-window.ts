/** What a peer may send, on a stream or on a connection (RFC 9113 section 5.2); it is told of more in large steps. */
export class ReceiveWindow {
  readonly #size: number;
  #left: number;
  /** Bytes that may come again, and of which the peer has not been told. */
  #untold = 0;

  constructor(size: number) {
    this.#size = size;
    this.#left = size;
  }

  /** So many bytes have come; false where they are more than the peer may send. */
  receive(bytes: number): boolean {
    this.#left -= bytes;
    return this.#left >= 0;
  }

  /** So many bytes were taken; returns by how much the peer is to be told that the window opens, 0 for not yet. */
  open(bytes: number): number {
    this.#untold += bytes;
    if (this.#untold < this.#size / 2) return 0;
    const told = this.#untold;
    this.#left += told;
    this.#untold = 0;
    return told;
  }
}
