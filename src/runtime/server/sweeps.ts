import type { Clock, Logger } from "../engine/index.ts";
import type { OpenedStore } from "../store/index.ts";

/** How often stored answers past their retention are deleted: seldom enough to cost nothing, often enough to stay small. */
const SWEEP_EVERY_MS = 600_000;

/** Starts the upkeep of a store, off the request path; a failure is logged and tried again the next time. */
export function startSweeps(store: OpenedStore, clock: Clock, logger: Logger): { stop(): void } {
  const sweep = async () => {
    try {
      const deleted = await store.sweepIdempotency(clock.now());
      if (deleted > 0) logger.info({ deleted }, "deleted stored answers past their retention");
    } catch (err) {
      logger.warn({ err }, "stored answers could not be swept");
    }
  };
  const timer = setInterval(() => void sweep(), SWEEP_EVERY_MS);
  timer.unref();
  return { stop: () => clearInterval(timer) };
}
