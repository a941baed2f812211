import { COUNT, checkOptions } from "./check-options.ts";
import { notify, type ObservedOptions } from "./observer.ts";
import { Refusal } from "./refusal.ts";

export interface BulkheadOptions extends ObservedOptions {
  /** Calls at once. */
  readonly maxConcurrent: number;
  /** Calls that may wait for a place, first come, first served; more are refused. Default 0. */
  readonly maxQueue?: number;
}

/** Keeps the calls to one service from taking everything that the process has. */
export interface Bulkhead {
  readonly running: number;
  readonly waiting: number;
  /**
   * Does the work when there is a place; rejects at once with a {@link Refusal} where the queue is full too, and with the
   * signal's reason when it is aborted while waiting.
   */
  run<T>(work: () => PromiseLike<T>, options?: { readonly signal?: AbortSignal | undefined }): Promise<T>;
}

/** Makes a bulkhead without calls. */
export function createBulkhead(options: BulkheadOptions): Bulkhead {
  checkOptions("bulkhead", options, {
    name: "any",
    observer: "any",
    maxConcurrent: COUNT,
    maxQueue: { least: 0, most: 1_000_000, whole: true },
  });
  const { name = "bulkhead", observer, maxConcurrent, maxQueue = 0 } = options;
  checkOptions("bulkhead", { maxConcurrent: maxConcurrent ?? Number.NaN }, { maxConcurrent: COUNT });
  // A set keeps the order of coming, and forgets one in the middle without looking for it.
  const queue = new Set<() => void>();
  let running = 0;

  const enter = (signal: AbortSignal | undefined): Promise<void> | undefined => {
    signal?.throwIfAborted();
    if (running < maxConcurrent) {
      running++;
      return undefined;
    }
    if (queue.size >= maxQueue) {
      notify(observer, { kind: "refused", name, by: "bulkhead" });
      const places = `${maxConcurrent} calls are running and ${queue.size} are waiting`;
      throw new Refusal("bulkhead", `The bulkhead "${name}" is full: ${places}.`);
    }
    return new Promise((resolve, reject) => {
      const admit = () => {
        signal?.removeEventListener("abort", leave);
        resolve();
      };
      const leave = () => {
        signal?.removeEventListener("abort", leave);
        queue.delete(admit);
        reject(signal?.reason);
      };
      queue.add(admit);
      signal?.addEventListener("abort", leave);
      notify(observer, { kind: "queued", name, waiting: queue.size });
    });
  };

  const exit = (): void => {
    const [next] = queue;
    if (next === undefined) {
      running--;
      return;
    }
    // The place is handed on: nobody who comes now can take it first.
    queue.delete(next);
    next();
  };

  return {
    get running() {
      return running;
    },
    get waiting() {
      return queue.size;
    },
    async run(work, { signal } = {}) {
      await enter(signal);
      try {
        return await work();
      } finally {
        exit();
      }
    },
  };
}
