/**
 * Waits for one promise after the other until it is stopped. Unlike `Promise.race` against a promise that lives as long as
 * the stream, it keeps nothing of the waits that are over.
 */
export class Race {
  readonly #waiting = new Set<(reason: unknown) => void>();
  #stopped: { readonly reason: unknown } | undefined;

  /** Settles as the promise does, or rejects as soon as the race is stopped. */
  until<T>(pending: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      if (this.#stopped !== undefined) reject(this.#stopped.reason);
      else this.#waiting.add(reject);
      pending.then(
        (value) => {
          this.#waiting.delete(reject);
          resolve(value);
        },
        (error) => {
          this.#waiting.delete(reject);
          reject(error);
        },
      );
    });
  }

  /** Rejects what is waited for now and whatever is waited for later. Only the first reason counts. */
  stop(reason: unknown): void {
    if (this.#stopped !== undefined) return;
    this.#stopped = { reason };
    for (const reject of this.#waiting) reject(reason);
    this.#waiting.clear();
  }
}
