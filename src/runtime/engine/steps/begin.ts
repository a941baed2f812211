import { ApiError } from "../../../base/errors/index.ts";
import { changesData } from "../../../contract/model/index.ts";
import type { ActiveCall } from "../active-call.ts";
import { fitsOneStatement } from "../one-statement.ts";
import type { Step } from "../step.ts";
import { decodeAnswer } from "../stored-answer.ts";

/**
 * Begins the transaction of a command and, with an idempotency key, claims it: a duplicate leaves here with the stored
 * answer. A command that is a single statement needs no transaction of ours: PostgreSQL makes it atomic.
 */
export const begin: Step = {
  name: "begin",
  appliesTo: changesData,
  prepare(plan) {
    // What many messages are gathered for is written in the end: until then nobody waits for its connection.
    if (plan.mode === "run" || plan.operation.kind === "stream") return beginLater;
    if (plan.mode === "accept") return open;
    return (call) => {
      if (call.request.idempotency === undefined && fitsOneStatement(plan, call)) return undefined;
      return open(call);
    };
  },
};

/** Takes a connection only once the work asks the database something. */
function beginLater(call: ActiveCall): Promise<void> {
  call.given = call.input;
  return call.session.begin({ lazy: true });
}

async function open(call: ActiveCall): Promise<void> {
  const { session, request, plan, principal } = call;
  call.given = call.input;
  await session.begin();
  if (request.idempotency === undefined) return;
  const { key, fingerprint } = request.idempotency;
  const claim = { scope: `${principal?.id ?? ""} ${plan.operation.id}`, key, fingerprint };
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
  if (result.fingerprint !== fingerprint) {
    throw new ApiError(
      "idempotency_key_reused",
      "This Idempotency-Key was used for another request. Use a new key for each thing to be done.",
    );
  }
  await session.rollback();
  call.outcome = decodeAnswer(result.answer);
}
