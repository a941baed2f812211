import type { ApiError } from "../../base/errors/index.ts";
import { type ActiveCall, failureOf } from "./active-call.ts";
import type { Outcome } from "./call.ts";
import { describeError } from "./describe-error.ts";
import { leave, toSendable } from "./leave.ts";
import type { Pipeline } from "./pipeline.ts";
import { cancelled } from "./steps/admit.ts";
import { deadlineExceeded } from "./steps/trace.ts";

/** Runs a call through its pipeline. Waits, and starts a timer, only from the first step that waits. */
export function runCall(pipeline: Pipeline, call: ActiveCall): Outcome | Promise<Outcome> {
  const { runs } = pipeline;
  let at = 0;
  try {
    while (at < runs.length && call.outcome === undefined) {
      const pending = runs[at++]?.(call);
      if (pending !== undefined) return wait(pipeline, call, at, pending);
    }
  } catch (thrown) {
    const pending = leave(call, thrown);
    if (pending !== undefined) return wait(pipeline, call, runs.length, pending);
  }
  return close(pipeline, call);
}

/** Answers the call: nothing that is still running for it counts from here on. */
export function close({ close: closing }: Pipeline, call: ActiveCall): Outcome {
  call.ended = true;
  call.outcome ??=
    call.success ?? failureOf(toSendable(call.core, new TypeError("The pipeline gave no answer")));
  const { outcome } = call;
  try {
    void closing(call);
  } catch (error) {
    // The hook of whoever counts calls must not turn a done call into a failed one.
    call.core.logger.error(
      { operation: call.plan.operation.id, err: describeError(error) },
      "Accounting failed",
    );
  }
  call.forget();
  return outcome;
}

/** Milliseconds that a commit under way is given beyond the deadline: cancelling it would leave its fate unknown. */
const COMMIT_GRACE_MS = 1000;

function wait(pipeline: Pipeline, call: ActiveCall, at: number, pending: Promise<void>): Promise<Outcome> {
  return new Promise((answer) => {
    const watch = new Watch(call, () => answer(close(pipeline, call)));
    void drive(pipeline, call, at, pending, watch);
  });
}

async function drive(
  { runs, restartAt }: Pipeline,
  call: ActiveCall,
  from: number,
  first: Promise<void>,
  watch: Watch,
): Promise<void> {
  let at = from;
  try {
    await first;
    while (call.outcome === undefined && !call.ended) {
      if (call.steps?.run.isSuspended) {
        await call.steps.perform();
        call.restart();
        at = restartAt;
      }
      if (at >= runs.length || call.ended) break;
      const pending = runs[at++]?.(call);
      if (pending !== undefined) await pending;
    }
  } catch (thrown) {
    if (!call.ended) await leave(call, thrown);
  }
  // A transaction that began while the call was being ended has nobody else to end it.
  if (call.ended && call.inTransaction) void call.session.rollback();
  if (call.steps !== undefined) await call.steps.release();
  watch.done();
}

/** Watches over a waiting call: its deadline and its caller. Whatever comes first ends it, once. */
export class Watch {
  readonly #call: ActiveCall;
  readonly #end: () => void;
  #timer: NodeJS.Timeout;
  #late: ApiError | undefined;

  constructor(call: ActiveCall, end: () => void) {
    this.#call = call;
    this.#end = end;
    this.#timer = setTimeout(expire, Math.max(call.deadline - Date.now(), 0), this);
    const { request } = call;
    if (request.watchGone !== undefined) {
      request.watchGone(() => this.handleEvent());
      if (request.gone) this.handleEvent();
      return;
    }
    const { signal } = request;
    signal?.addEventListener("abort", this);
    if (signal?.aborted) this.handleEvent();
  }

  /** The caller has gone. */
  handleEvent(): void {
    this.interrupt(cancelled());
  }

  expire(): void {
    this.interrupt(this.#late ?? deadlineExceeded(this.#call));
  }

  /** Ends the call before its work is done. */
  interrupt(reason: ApiError): void {
    const call = this.#call;
    if (call.ended) return;
    if (call.committing && this.#late === undefined) {
      this.#late = reason;
      clearTimeout(this.#timer);
      this.#timer = setTimeout(expire, COMMIT_GRACE_MS, this);
      return;
    }
    call.interrupt(reason);
    call.outcome = failureOf(reason);
    call.thrown = reason;
    // Behind the answer: the statement that runs is cancelled by the signal, the transaction ends without a commit.
    if (call.inTransaction) void call.session.rollback();
    this.done();
  }

  /** The work is done, or given up. */
  done(): void {
    if (this.#call.ended) return;
    clearTimeout(this.#timer);
    const { request } = this.#call;
    if (request.watchGone === undefined) request.signal?.removeEventListener("abort", this);
    else request.watchGone(undefined);
    this.#end();
  }
}

function expire(watch: Watch): void {
  watch.expire();
}
