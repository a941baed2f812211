import { UsageError } from "../../base/errors/index.ts";
import { stringifyJson } from "../../base/lib/index.ts";

/** How far a long-running operation has come: a part of 1, or counted. */
export interface Progress {
  /** From 0 to 1. */
  readonly fraction?: number;
  /** How much is done, and of how much. */
  readonly done?: number;
  readonly total?: number;
  /** At most 500 characters. */
  readonly message?: string;
}

/** Often enough for someone who watches, seldom enough for the database. */
const PAUSE_MS = 500;
const MAX_MESSAGE_LENGTH = 500;

/** Writes the progress of one operation, outside of its transaction: the latest value, at most twice a second. */
export class ProgressReporter {
  readonly #place: string;
  readonly #write: (json: string) => Promise<void>;
  #latest: string | undefined;
  #written: string | undefined;
  #isWriting = false;
  #isOver = false;

  /** `write` must not reject. */
  constructor(place: string, write: (json: string) => Promise<void>) {
    this.#place = place;
    this.#write = write;
  }

  /** Throws UsageError for what is no progress. */
  report(progress: number | Progress): void {
    this.#latest = stringifyJson(
      this.#check(typeof progress === "number" ? { fraction: progress } : progress),
    );
    if (!this.#isWriting && !this.#isOver) void this.#writeLatest();
  }

  /** Nothing is written any more. */
  close(): void {
    this.#isOver = true;
  }

  async #writeLatest(): Promise<void> {
    this.#isWriting = true;
    while (this.#latest !== undefined && this.#latest !== this.#written && !this.#isOver) {
      this.#written = this.#latest;
      await this.#write(this.#latest);
      await new Promise<void>((resolve) => setTimeout(resolve, PAUSE_MS).unref());
    }
    this.#isWriting = false;
  }

  #check(progress: Progress): Record<string, number | string> {
    const { fraction, done, total, message, ...unknown } = progress;
    const counts = [fraction, done, total].every(
      (count) => count === undefined || (Number.isFinite(count) && count >= 0),
    );
    const text =
      message === undefined || (typeof message === "string" && message.length <= MAX_MESSAGE_LENGTH);
    if (counts && text && !((fraction ?? 0) > 1) && Object.keys(unknown).length === 0) {
      const named = { fraction, done, total, message };
      return Object.fromEntries(Object.entries(named).filter((member) => isGiven(member)));
    }
    throw new UsageError({
      place: `${this.#place}, progress`,
      expected: "a fraction from 0 to 1, or { fraction?, done?, total?, message? } with counts from 0 on",
      found: JSON.stringify(progress).slice(0, 200),
      fix: "tell what is done and of how much: progress({ done: 10, total: 200 })",
    });
  }
}

function isGiven<T>(member: [string, T | undefined]): member is [string, T] {
  return member[1] !== undefined;
}
