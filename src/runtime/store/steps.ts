import { timestampFromMs } from "../../base/lib/index.ts";
import type { Clock, StepStore } from "../engine/ports.ts";
import { claimLock } from "./claim-lock.ts";
import type { Database } from "./database.ts";
import { RECORD_STEP } from "./sql/steps.sql.ts";
import type { StepLocks } from "./step-locks.ts";

/** What {@link createStepStore} is made of. */
export interface StepStoreParts {
  readonly database: Database;
  readonly locks: StepLocks;
  readonly clock: Clock;
}

/** Keeps the results of durable steps in `concordat.steps`. */
export function createStepStore({ database, locks, clock }: StepStoreParts): StepStore {
  return {
    lock: (claim, leave) => locks.acquire(claimLock(claim), leave),
    async record({ scope, key, fingerprint }, name, result) {
      const now = timestampFromMs(clock.now());
      const parameters = [scope, key, name, fingerprint, result ?? null, now];
      const { rows } = await database.query(RECORD_STEP, parameters);
      const [recordedBy, recorded] = rows[0] ?? [];
      return { name, fingerprint: recordedBy ?? fingerprint, result: recorded ?? undefined };
    },
  };
}
