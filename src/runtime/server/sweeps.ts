import type { Clock, Logger } from "../engine/index.ts";
import type { OpenedStore } from "../store/index.ts";

/** How often stored answers past their retention are deleted: seldom enough to cost nothing, often enough to stay small. */
const ANSWERS_EVERY_MS = 600_000;
/** Files that no row names lie for a day anyway; finding them reads the names of all. */
const FILES_EVERY_MS = 3_600_000;

/** Starts the upkeep of a store, off the request path; a failure is logged and tried again the next time. */
export function startSweeps(store: OpenedStore, clock: Clock, logger: Logger): { stop(): void } {
  const every = (ms: number, what: string, sweep: () => Promise<number>) => {
    const run = async () => {
      try {
        const deleted = await sweep();
        if (deleted > 0) logger.info({ deleted }, `deleted ${what}`);
      } catch (err) {
        logger.warn({ err }, `${what} could not be swept`);
      }
    };
    const timer = setInterval(() => void run(), ms);
    timer.unref();
    return timer;
  };
  const timers = [
    every(ANSWERS_EVERY_MS, "stored answers past their retention", () => store.sweepIdempotency(clock.now())),
    every(ANSWERS_EVERY_MS, "operations past their retention", () => store.sweepOperations(clock.now())),
    every(FILES_EVERY_MS, "files that no row names", () => store.sweepFiles(clock.now())),
  ];
  return { stop: () => timers.forEach(clearInterval) };
}
