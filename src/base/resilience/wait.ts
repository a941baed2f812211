import { type Scheduler, systemScheduler } from "./scheduler.ts";

/** Waits; rejects with the signal's reason, and drops the timer, when that is aborted first. */
export function wait(
  delayMs: number,
  {
    signal,
    scheduler = systemScheduler,
  }: { readonly signal?: AbortSignal; readonly scheduler?: Scheduler } = {},
): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const leave = () => {
      cancel();
      signal?.removeEventListener("abort", leave);
      reject(signal?.reason);
    };
    const cancel = scheduler.after(delayMs, () => {
      signal?.removeEventListener("abort", leave);
      resolve();
    });
    signal?.addEventListener("abort", leave);
  });
}
