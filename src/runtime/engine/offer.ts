import { resolveAccess } from "./access.ts";
import { ActiveCall, failureOf } from "./active-call.ts";
import type { Call, Failure } from "./call.ts";
import type { EngineCore } from "./core.ts";
import { toSendable } from "./leave.ts";
import type { Pipeline } from "./pipeline.ts";
import { shuttingDown } from "./steps/admit.ts";

/** What a caller may call at all. */
export interface Offer {
  readonly ok: true;
  /** False where every call by this caller would be refused, whatever row it is about. */
  allows(operation: string): boolean;
}

/** Who asks what is offered to them. */
export type OfferQuestion = Pick<Call, "credentials" | "meta" | "signal">;

// No more than one look at a key or a token.
const TIMEOUT_MS = 10_000;

/**
 * Finds out who calls and applies the rules of all operations to them: the very rules that refuse calls. Credentials that
 * nobody has are refused as they are by calls.
 */
export async function offerTo(
  pipelines: ReadonlyMap<string, Pipeline>,
  { core, question }: { readonly core: EngineCore; readonly question: OfferQuestion },
): Promise<Offer | Failure> {
  // Who calls is found out the same way for all operations.
  const [first] = pipelines.values();
  if (first === undefined) return { ok: true, allows: () => false };
  if (core.draining) return failureOf(shuttingDown());
  const call = new ActiveCall(core, first.plan, { ...question, operation: first.plan.operation.id });
  call.timeoutMs = TIMEOUT_MS;
  call.deadline = Date.now() + TIMEOUT_MS;
  try {
    await first.runs[first.names.indexOf("authenticate")]?.(call);
  } catch (thrown) {
    return failureOf(toSendable(call.core, thrown));
  } finally {
    call.ended = true;
  }
  const { principal } = call;
  return {
    ok: true,
    allows(operation) {
      const pipeline = pipelines.get(operation);
      return pipeline !== undefined && resolveAccess(pipeline.plan.operation.access, principal) !== undefined;
    },
  };
}
