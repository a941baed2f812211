import { Socket } from "node:net";

/** A connection to a server with nothing behind it: what is asked is pushed in, what is answered is only counted. */
export class StillSocket extends Socket {
  answers = 0;
  /** What was written last. */
  last = "";

  /** Sends bytes to the server. */
  ask(bytes: Buffer): void {
    this.push(bytes);
  }

  override _read(): void {}

  override write(chunk: unknown): boolean {
    this.answers++;
    this.last = String(chunk);
    return true;
  }
}
