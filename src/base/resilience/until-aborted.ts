/**
 * Settles as `work` does, or rejects with the signal's reason as soon as it is aborted, whether `work` heeds the signal
 * or not.
 */
export function untilAborted<T>(work: PromiseLike<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const leave = () => reject(signal.reason);
    const forget = () => signal.removeEventListener("abort", leave);
    work.then(
      (value) => {
        forget();
        resolve(value);
      },
      (error: unknown) => {
        forget();
        reject(error);
      },
    );
    if (signal.aborted) leave();
    else signal.addEventListener("abort", leave);
  });
}
