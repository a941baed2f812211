import { timestampFromMs } from "../../base/lib/index.ts";
import type { Database } from "./database.ts";
import { SWEEP_ANSWERS } from "./sql/claim.sql.ts";

/**
 * Deletes stored answers older than the retention, a batch at a time, and returns how many. Several processes may
 * sweep at once.
 */
export async function sweepIdempotency(
  database: Database,
  nowMs: number,
  retentionMs: number,
): Promise<number> {
  const before = timestampFromMs(nowMs - retentionMs);
  let total = 0;
  for (;;) {
    const { count } = await database.query(SWEEP_ANSWERS, [before]);
    total += count;
    if (count === 0) return total;
  }
}
