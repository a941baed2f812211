import { timestampFromMs } from "../../base/lib/index.ts";
import type { Database } from "./database.ts";
import { SWEEP_ANSWERS } from "./sql/claim.sql.ts";
import { SWEEP_STEPS } from "./sql/steps.sql.ts";

/**
 * Deletes stored answers and recorded steps older than the retention, a batch at a time, and returns how many. Several processes may
 * sweep at once.
 */
export async function sweepIdempotency(
  database: Database,
  nowMs: number,
  retentionMs: number,
): Promise<number> {
  const before = timestampFromMs(nowMs - retentionMs);
  let total = 0;
  for (const sweep of [SWEEP_ANSWERS, SWEEP_STEPS]) {
    for (let deleted = -1; deleted !== 0; total += deleted) {
      deleted = (await database.query(sweep, [before])).count;
    }
  }
  return total;
}
