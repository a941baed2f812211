import { ApiError } from "../../../base/errors/index.ts";
import { changesData } from "../../../contract/model/index.ts";
import type { ActiveCall } from "../active-call.ts";
import { createFingerprint } from "../fingerprint.ts";
import { fitsOneStatement } from "../one-statement.ts";
import type { IdempotencyClaim } from "../ports.ts";
import { replay } from "../replay.ts";
import type { Step } from "../step.ts";

/**
 * Begins the transaction of a command and, with an idempotency key, claims it: a duplicate leaves here with the stored
 * answer. A command that is a single statement needs no transaction of ours: PostgreSQL makes it atomic.
 */
export const begin: Step = {
  name: "begin",
  appliesTo: changesData,
  prepare(plan, { version }) {
    // What many messages are gathered for is written in the end: until then nobody waits for its connection.
    if (plan.mode === "run" || plan.operation.kind === "stream") return beginLater;
    const fingerprintOf = createFingerprint(plan, version);
    return (call) => {
      const { idempotency } = call.request;
      if (idempotency !== undefined) {
        // Again after a durable step it is the claim that it was: a handler may have changed what it was given.
        const scope = `${call.principal?.id ?? ""} ${plan.operation.id}`;
        return open(call, call.claim ?? { scope, key: idempotency.key, fingerprint: fingerprintOf(call) });
      }
      return plan.mode === "direct" && fitsOneStatement(plan, call) ? undefined : open(call, undefined);
    };
  },
};

/** Takes a connection only once the work asks the database something. */
function beginLater(call: ActiveCall): Promise<void> {
  call.given = call.input;
  return call.session.begin({ lazy: true });
}

async function open(call: ActiveCall, claim: IdempotencyClaim | undefined): Promise<void> {
  const { session } = call;
  call.given = call.input;
  await session.begin();
  if (claim === undefined) return;
  const result = await session.claim(claim, call.steps?.lock);
  if (result.kind === "fresh") {
    call.claim = claim;
    return;
  }
  if (result.kind === "busy") {
    throw new ApiError(
      "idempotency_in_progress",
      "A call with this Idempotency-Key is still running. Try again with the same key to get its answer.",
      { retryAfterSeconds: 1 },
    );
  }
  if (result.fingerprint !== claim.fingerprint) {
    throw new ApiError(
      "idempotency_key_reused",
      "This Idempotency-Key was used for another request. Use a new key for each thing to be done.",
    );
  }
  call.claim = undefined;
  await replay(call, result.answer);
  await session.rollback();
}
