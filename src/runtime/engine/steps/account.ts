import type { ActiveCall } from "../active-call.ts";
import type { Outcome } from "../call.ts";
import type { EngineCore } from "../core.ts";
import { describeError } from "../describe-error.ts";
import type { Account } from "../options.ts";
import type { Step } from "../step.ts";

/** Gives the call's place back and tells log, span and metrics how it went. Runs once for every call, however it ends. */
export const account: Step = {
  name: "account",
  appliesTo: () => true,
  prepare({ operation: { http } }, core) {
    const okStatus = http?.status ?? 200;
    return (call) => {
      call.inbox?.close();
      if (call.admitted) release(core);
      const { outcome } = call;
      if (outcome === undefined) return;
      const status = outcome.ok ? (outcome.kind === "accepted" ? 202 : okStatus) : outcome.error.status;
      const code = outcome.ok ? "ok" : outcome.error.code;
      if (status >= 500) logFailure(call, outcome, core);
      call.span?.end({ code, status, ...(status >= 500 ? { cause: call.thrown } : {}) });
      core.onAccount?.(accountOf(call, outcome, code, status));
    };
  },
};

function release(core: EngineCore): void {
  core.active--;
  if (core.draining && core.active === 0) for (const idle of core.whenIdle.splice(0)) idle();
}

function accountOf(call: ActiveCall, outcome: Outcome, code: string, status: number): Account {
  const { request, plan, principal, startedAt } = call;
  const { protocol, requestId, traceparent, remoteAddress } = request.meta;
  return {
    operation: plan.operation.id,
    protocol,
    requestId,
    code,
    status,
    durationMs: performance.now() - startedAt,
    replayed: outcome.replayed,
    ...(outcome.ok && outcome.rowsRead !== undefined ? { rowsRead: outcome.rowsRead } : {}),
    ...(traceparent === undefined ? {} : { traceparent }),
    ...(remoteAddress === undefined ? {} : { remoteAddress }),
    ...(principal === undefined ? {} : { principal }),
  };
}

/** The cause stays here: callers get the masked error and the request id that finds this line. */
function logFailure({ request, plan, thrown }: ActiveCall, outcome: Outcome, { logger }: EngineCore): void {
  if (outcome.ok) return;
  const { code, message, cause } = outcome.error;
  const err = describeError(cause ?? thrown);
  logger.error({ operation: plan.operation.id, requestId: request.meta.requestId, code, err }, message);
}
