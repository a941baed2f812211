import { ApiError, type Violation } from "../../base/errors/index.ts";
import type { Decoder } from "../../contract/schema/index.ts";
import { Race } from "./race.ts";
import { invalidInput } from "./refusals.ts";

/** Ends a wait for a message that nobody wants any more. */
const OVER = Symbol("over");

/**
 * What a caller sends in a client stream or channel, as its handler iterates over it: each message validated when it is
 * asked for, so that a slow handler slows its caller. Pointers lead into the messages as if they were one list:
 * `/2/heartRate` is of the third. Can be iterated once; ends by an error at the deadline and when the caller has gone.
 */
export class Inbox implements AsyncIterableIterator<unknown> {
  readonly #messages: AsyncIterable<unknown>;
  readonly #decode: Decoder;
  readonly #maxMessages: number;
  readonly #race = new Race();
  #source: AsyncIterator<unknown> | undefined;
  #count = 0;
  #failure: unknown;
  #isOver = false;

  constructor(messages: AsyncIterable<unknown>, decode: Decoder, maxMessages: number) {
    this.#messages = messages;
    this.#decode = decode;
    this.#maxMessages = maxMessages;
  }

  /** What was wrong with the messages: it refuses the call, even if the handler has swallowed it. */
  get failure(): unknown {
    return this.#failure;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<IteratorResult<unknown, undefined>> {
    if (this.#failure !== undefined) throw this.#failure;
    if (this.#isOver) return { done: true, value: undefined };
    try {
      this.#source ??= this.#messages[Symbol.asyncIterator]();
      const next = await this.#race.until(this.#source.next());
      if (!next.done) return { done: false, value: this.#read(next.value) };
      this.#isOver = true;
      return { done: true, value: undefined };
    } catch (error) {
      if (error === OVER) return { done: true, value: undefined };
      this.#failure ??= error;
      this.close();
      throw this.#failure;
    }
  }

  async return(): Promise<IteratorReturnResult<undefined>> {
    this.close();
    return { done: true, value: undefined };
  }

  /** Ends the iteration by an error: whoever waits for a message waits no longer. */
  interrupt(reason: unknown): void {
    if (this.#isOver) return;
    this.#failure ??= reason;
    this.#race.stop(reason);
    this.close();
  }

  /** Wants no more messages: the protocol may stop reading. */
  close(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#race.stop(OVER);
    // A source that waits for its caller ends only when the caller sends something: nobody waits for that.
    this.#source?.return?.()?.catch(() => {});
  }

  #read(message: unknown): unknown {
    if (this.#count === this.#maxMessages) {
      throw new ApiError(
        "payload_too_large",
        `The stream has more than the ${this.#maxMessages} messages it may have.`,
      );
    }
    const violations: Violation[] = [];
    const value = this.#decode(message, `/${this.#count++}`, violations);
    if (violations.length > 0) throw invalidInput(violations);
    return value;
  }
}
