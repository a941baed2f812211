import type { Scheduler } from "../../src/base/resilience/index.ts";

/** Time that passes only when it is told to. */
export interface FakeScheduler extends Scheduler {
  /** Lets `ms` pass: runs what is due in its order, and between timers everything that waits for no timer. */
  advance(ms: number): Promise<void>;
  /** Timers that have been neither run nor called off. */
  readonly pending: number;
}

/** Makes a scheduler whose time stands at `start`. */
export function createFakeScheduler(start = 0): FakeScheduler {
  const timers = new Set<{ readonly at: number; readonly run: () => void }>();
  let now = start;
  return {
    now: () => now,
    after(delayMs, run) {
      const timer = { at: now + delayMs, run };
      timers.add(timer);
      return () => timers.delete(timer);
    },
    async advance(ms) {
      const end = now + ms;
      for (;;) {
        await settled();
        const [due] = [...timers].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at);
        if (due === undefined) break;
        timers.delete(due);
        now = Math.max(now, due.at);
        due.run();
      }
      now = end;
    },
    get pending() {
      return timers.size;
    },
  };
}

/** Every promise that can settle without a timer or I/O has, once this one has. */
export function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
