import { setTimeout as sleep } from "node:timers/promises";

/** Long enough for a machine that is busy with everything else. */
const PATIENCE_MS = 60_000;

/** Looks again and again until `isTrue` says so; throws when that takes a minute. In place of a pause that is hoped to suffice. */
export async function until(what: string, isTrue: () => boolean | Promise<boolean>): Promise<void> {
  const giveUpAt = Date.now() + PATIENCE_MS;
  while (!(await isTrue())) {
    if (Date.now() > giveUpAt) throw new Error(`${what}: not in ${PATIENCE_MS / 1000} s`);
    await sleep(5);
  }
}
