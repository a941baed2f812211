import type { ApiError } from "../../base/errors/index.ts";

/** Something that waits or runs for a session and can be ended before its time. */
export interface Interruptible {
  /** Called once, at once; must not throw. */
  interrupted(reason: ApiError): void;
}

/** Tells what waits or runs for one session that the session has ended early. */
export class Interruption {
  #reason: ApiError | undefined;
  // Nearly every session does one thing at a time: the set is made for the second.
  #first: Interruptible | undefined;
  #others: Set<Interruptible> | undefined;

  /** Why the session was ended; undefined while it goes on. */
  get reason(): ApiError | undefined {
    return this.#reason;
  }

  add(listener: Interruptible): void {
    if (this.#first === undefined) {
      this.#first = listener;
      return;
    }
    this.#others ??= new Set();
    this.#others.add(listener);
  }

  remove(listener: Interruptible): void {
    if (this.#first === listener) this.#first = undefined;
    else this.#others?.delete(listener);
  }

  interrupt(reason: ApiError): void {
    if (this.#reason !== undefined) return;
    this.#reason = reason;
    const listeners = [this.#first, ...(this.#others ?? [])];
    this.#first = undefined;
    this.#others = undefined;
    for (const listener of listeners) listener?.interrupted(reason);
  }
}
