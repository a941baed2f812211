import type { Outcome } from "./call.ts";

/** Callers that would rather have the answer of a long-running operation than the operation. */
export class OperationWaits {
  readonly #waiting = new Map<string, Set<(outcome: Outcome | undefined) => void>>();

  /** The outcome, or undefined after `timeoutMs` or when the caller has gone. */
  wait(id: string, timeoutMs: number, signal: AbortSignal | undefined): Promise<Outcome | undefined> {
    return new Promise((resolve) => {
      const end = (outcome?: Outcome) => {
        clearTimeout(timer);
        signal?.removeEventListener("abort", leave);
        waiting.delete(end);
        if (waiting.size === 0) this.#waiting.delete(id);
        resolve(outcome);
      };
      const leave = () => end();
      const timer = setTimeout(leave, timeoutMs);
      const waiting = this.#waiting.get(id) ?? new Set();
      this.#waiting.set(id, waiting.add(end));
      signal?.addEventListener("abort", leave);
      if (signal?.aborted) leave();
    });
  }

  /** Answers those who wait for an operation. */
  tell(id: string, outcome: Outcome): void {
    for (const end of [...(this.#waiting.get(id) ?? [])]) end(outcome);
  }

  /** Lets all go without an answer. */
  close(): void {
    for (const waiting of [...this.#waiting.values()]) for (const end of [...waiting]) end(undefined);
  }
}
