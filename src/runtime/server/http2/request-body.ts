import { Readable } from "node:stream";

/** Who is told how a body is read. */
export interface BodyOwner {
  /** What has been handed over so far was taken, so more may come. */
  taken(): void;
}

const BUFFERED_BYTES = 65_536;

/** The body of a request, while it comes: the peer may send on as it is read. */
export class RequestBody extends Readable {
  readonly #owner: BodyOwner;

  constructor(owner: BodyOwner) {
    super({ highWaterMark: BUFFERED_BYTES });
    this.#owner = owner;
    // Whoever reads hears of a break by "aborted" and "close"; an error that nobody heard would end the process.
    this.on("error", ignore);
  }

  override _read(): void {
    this.#owner.taken();
  }

  /** The stream has closed before the body was whole. */
  abort(): void {
    if (this.readableEnded || this.destroyed) return;
    this.emit("aborted");
    this.destroy();
  }
}

function ignore(): void {}
