/** Time as the policies see it; tests hand in their own. */
export interface Scheduler {
  /** Milliseconds from some start; never goes back. */
  now(): number;
  /** Runs `run` once after `delayMs`; the function it returns calls that off. */
  after(delayMs: number, run: () => void): () => void;
}

/** The clock and timers of the browser or of Node.js. */
export const systemScheduler: Scheduler = {
  now: () => performance.now(),
  after(delayMs, run) {
    const timer = setTimeout(run, delayMs);
    return () => clearTimeout(timer);
  },
};
