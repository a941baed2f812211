import { randomUUID } from "node:crypto";
import { ApiError } from "../../base/errors/index.ts";
import { fullJitter } from "../../base/resilience/full-jitter.ts";
import { retryAdvice } from "../../base/resilience/retry-advice.ts";
import { OPERATION } from "../../contract/model/index.ts";
import { ActiveCall, failureOf } from "./active-call.ts";
import type { Outcome, Success } from "./call.ts";
import type { EngineCore } from "./core.ts";
import { describeError } from "./describe-error.ts";
import { operationError } from "./operation-error.ts";
import { decodeRequest, type OperationRequest } from "./operation-request.ts";
import type { ResolvedRunnerOptions } from "./operation-runner-options.ts";
import type { LeasedOperation, OperationStore } from "./operation-store.ts";
import { OperationWaits } from "./operation-waits.ts";
import type { Pipeline } from "./pipeline.ts";
import { ProgressReporter } from "./progress.ts";
import { runCall } from "./run.ts";

/** One try of an operation's work in this process. */
interface Try {
  readonly controller: AbortController;
  /** Why it was told to stop: the process ends, or the work is not ours any more. */
  ending: "stopped" | "gone" | undefined;
  readonly done: Promise<void>;
}

/** What a runner works with. */
export interface OperationRunnerParts {
  readonly core: EngineCore;
  readonly store: OperationStore;
  /** Pipelines of the long-running commands, for their work. */
  readonly pipelines: ReadonlyMap<string, Pipeline>;
  readonly options: ResolvedRunnerOptions;
}

/**
 * Does the work of long-running operations, of this process and of others: leases what is due, runs it through the pipeline,
 * prolongs the lease meanwhile, and tries again what may succeed later. A process that dies leaves leases that run out.
 */
export class OperationRunner {
  readonly #parts: OperationRunnerParts;
  readonly #holder = randomUUID();
  readonly #tries = new Map<string, Try>();
  readonly #waits = new OperationWaits();
  #timer: NodeJS.Timeout | undefined;
  #renewAt = 0;
  #looking: Promise<void> | undefined;
  #lookAgain = false;
  #isRunning = false;

  constructor(parts: OperationRunnerParts) {
    this.#parts = parts;
  }

  /** Begins to look for work. */
  start(): void {
    if (this.#isRunning) return;
    this.#isRunning = true;
    this.#timer = setInterval(() => this.wake(), this.#parts.options.pollMs);
    this.#timer.unref();
    this.wake();
  }

  /** Looks for work now: some may just have been accepted. */
  wake(): void {
    if (!this.#isRunning) return;
    if (this.#looking !== undefined) {
      this.#lookAgain = true;
      return;
    }
    this.#lookAgain = false;
    this.#looking = this.#look()
      .catch((error: unknown) => {
        const err = describeError(error);
        this.#parts.core.logger.warn({ err }, "Long-running operations could not be looked for");
      })
      .finally(() => {
        this.#looking = undefined;
        if (this.#lookAgain) this.wake();
      });
  }

  /** Tells the work of an operation that was cancelled to stop. */
  cancel(id: string): void {
    this.#end(id, "gone");
  }

  /** The answer of an operation's work, if this process has it done in time; undefined otherwise. */
  wait(id: string, timeoutMs: number, signal: AbortSignal | undefined): Promise<Outcome | undefined> {
    return this.#isRunning ? this.#waits.wait(id, timeoutMs, signal) : Promise.resolve(undefined);
  }

  /** Looks for no more work, tells what runs to stop, and gives it back for other processes to go on with. */
  async stop(): Promise<void> {
    this.#isRunning = false;
    clearInterval(this.#timer);
    this.#waits.close();
    await this.#looking;
    for (const id of this.#tries.keys()) this.#end(id, "stopped");
    await Promise.all([...this.#tries.values()].map(({ done }) => done));
  }

  async #look(): Promise<void> {
    const { store, options } = this.#parts;
    await this.#check();
    const limit = options.maxConcurrent - this.#tries.size;
    if (limit <= 0 || !this.#isRunning) return;
    const except = [...this.#tries.keys()];
    const leased = await store.lease({ holder: this.#holder, leaseMs: options.leaseMs, limit, except });
    if (leased.length === 0) return;
    const running = await store.running(leased.map(({ id }) => id));
    const ended = leased.filter(({ id }) => !running.includes(id));
    if (ended.length > 0) await store.drop(ended.map(({ id }) => id));
    for (const work of leased) if (running.includes(work.id)) this.#begin(work);
  }

  /** Prolongs the leases of what runs here, and stops what was cancelled or lost. */
  async #check(): Promise<void> {
    const { store, options } = this.#parts;
    const ids = [...this.#tries.keys()];
    if (ids.length === 0) return;
    const running = await store.running(ids);
    for (const id of ids) if (!running.includes(id)) this.#end(id, "gone");
    if (performance.now() < this.#renewAt || running.length === 0) return;
    const held = await store.renew(this.#holder, running, options.leaseMs);
    this.#renewAt = performance.now() + options.leaseMs / 3;
    for (const id of running) if (!held.includes(id)) this.#end(id, "gone");
  }

  #begin(work: LeasedOperation): void {
    const controller = new AbortController();
    const { promise: done, resolve } = Promise.withResolvers<void>();
    const tried: Try = { controller, ending: undefined, done };
    this.#tries.set(work.id, tried);
    this.#try(work, tried)
      .catch((error: unknown) => {
        // The lease runs out, and then the work is tried again.
        const fields = { operation: work.id, err: describeError(error) };
        this.#parts.core.logger.error(fields, "A long-running operation could not be settled");
      })
      .finally(() => {
        this.#tries.delete(work.id);
        resolve();
        this.wake();
      });
    // It was leased while the process was told to stop.
    if (!this.#isRunning) this.#end(work.id, "stopped");
  }

  #end(id: string, why: "stopped" | "gone"): void {
    const tried = this.#tries.get(id);
    if (tried === undefined || tried.ending !== undefined) return;
    tried.ending = why;
    tried.controller.abort();
  }

  async #try(work: LeasedOperation, tried: Try): Promise<void> {
    const request = decodeRequest(work.request);
    const pipeline = this.#parts.pipelines.get(request?.call.operation ?? "");
    if (request === undefined || pipeline === undefined) {
      // Another version of the service may know it.
      const unknown = new ApiError("unavailable", "No process serves this operation any more.");
      return this.#refuse(work, unknown, { maxAttempts: UNKNOWN_ATTEMPTS, requestId: "" });
    }
    const { call, outcome } = await this.#run(work, request, { pipeline, tried });
    if (outcome.ok) return this.#waits.tell(work.id, outcome);
    if (tried.ending === "stopped") {
      return this.#parts.store.postpone(work.id, this.#holder, { delayMs: 0, counts: false });
    }
    if (tried.ending === "gone" || call.running?.isLost) return this.#forget(work.id);
    const { maxAttempts = 1 } = pipeline.plan.operation.longRunning ?? {};
    const final = outcome.error === call.endedBy || outcome.error.code === "internal";
    await this.#refuse(work, outcome.error, {
      maxAttempts: final ? 0 : maxAttempts,
      requestId: request.call.meta.requestId,
    });
  }

  async #run(
    work: LeasedOperation,
    request: OperationRequest,
    { pipeline, tried }: { readonly pipeline: Pipeline; readonly tried: Try },
  ): Promise<{ readonly call: ActiveCall; readonly outcome: Outcome }> {
    const { core, store } = this.#parts;
    const call = new ActiveCall(core, pipeline.plan, { ...request.call, signal: tried.controller.signal });
    const progress = new ProgressReporter(`handler of ${request.call.operation}`, (json) =>
      store.progress(work.id, json).catch((error: unknown) => {
        core.logger.warn({ operation: work.id, err: describeError(error) }, "Progress could not be written");
      }),
    );
    call.running = {
      id: work.id,
      holder: this.#holder,
      principal: request.principal,
      progress,
      isLost: false,
    };
    try {
      return { call, outcome: await runCall(pipeline, call) };
    } finally {
      progress.close();
    }
  }

  /** Gives work back that may succeed later; ends the operation otherwise. */
  async #refuse(
    work: LeasedOperation,
    error: ApiError,
    { maxAttempts, requestId }: { readonly maxAttempts: number; readonly requestId: string },
  ): Promise<void> {
    if (work.attempt < maxAttempts && retryAdvice(error) !== "no") {
      const { retryMs: baseMs, maxRetryMs: maxMs } = this.#parts.options;
      const delayMs = Math.round(fullJitter(work.attempt, { baseMs, maxMs, random: Math.random }));
      return this.#parts.store.postpone(work.id, this.#holder, { delayMs, counts: true });
    }
    if (await this.#fail(work.id, operationError(error, requestId))) {
      this.#waits.tell(work.id, failureOf(error));
    }
  }

  async #fail(id: string, error: Readonly<Record<string, unknown>>): Promise<boolean> {
    const { signal } = new AbortController();
    const session = this.#parts.core.store.open({ signal, deadline: Number.POSITIVE_INFINITY });
    await session.begin();
    try {
      const row = await session.get(OPERATION, id, { fields: ["id", "status"], access: "all", lock: true });
      if (row?.values.status !== "running" || !(await session.finishOperation(id, this.#holder)))
        return false;
      await session.update(OPERATION, id, { status: "failed", done: true, error });
      await session.commit();
      return true;
    } finally {
      await session.rollback();
    }
  }

  /** The work of an operation that was cancelled goes; what another process has taken over is its own. */
  async #forget(id: string): Promise<void> {
    const { store } = this.#parts;
    if ((await store.running([id])).length === 0) await store.drop([id]);
  }
}

/** How often work that this version of the service does not know is left to others. */
const UNKNOWN_ATTEMPTS = 10;

/** Tells whether a call was answered with an operation. */
export function isAccepted(outcome: Outcome): outcome is Success & { readonly id: string } {
  return outcome.ok && outcome.kind === "accepted" && outcome.id !== undefined;
}
