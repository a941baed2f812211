import { FRAME, writeUint32 } from "../../../wire/http2/index.ts";
import type { Output } from "./output.ts";

/** The pings that one connection was sent and has not answered. */
export class Pings {
  readonly #output: Output;
  readonly #sent: { readonly payload: Buffer; readonly onAnswer: () => void }[] = [];
  #count = 0;

  constructor(output: Output) {
    this.#output = output;
  }

  send(onAnswer: () => void): void {
    const payload = Buffer.alloc(8);
    writeUint32(payload, 4, ++this.#count);
    this.#sent.push({ payload, onAnswer });
    this.#output.frame(FRAME.ping, 0, 0, payload);
  }

  /** The peer has answered; what answers no ping is ignored. */
  answered(payload: Buffer): void {
    if (this.#sent[0]?.payload.equals(payload) === true) this.#sent.shift()!.onAnswer();
  }
}
