import type { RunningService } from "../../runtime/server/index.ts";

/**
 * Resolves when SIGINT or SIGTERM has come and the service has finished what was under way; a second signal ends the
 * process at once. With `parent`: also when the process that started this one is gone.
 */
export async function untilSignal(
  running: RunningService,
  options: { readonly noticeMs?: number; readonly deadlineMs?: number; readonly parent?: boolean } = {},
): Promise<void> {
  const { noticeMs, deadlineMs, parent } = options;
  await new Promise<void>((resolve) => {
    let count = 0;
    const onSignal = () => {
      count++;
      if (count === 1) resolve();
      // A supervisor and the terminal may both send the first one; only a person repeats it later.
      else if (performance.now() - firstAt > REPEAT_MS) process.exit(130);
      if (count === 1) firstAt = performance.now();
    };
    let firstAt = 0;
    process.on("SIGINT", onSignal);
    process.on("SIGTERM", onSignal);
    if (parent === true) process.once("disconnect", onSignal);
  });
  await running.close({
    ...(noticeMs === undefined ? {} : { noticeMs }),
    ...(deadlineMs === undefined ? {} : { deadlineMs }),
  });
}

/** Signals closer together than this count as one. */
const REPEAT_MS = 500;
