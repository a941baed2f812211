import { ApiError, UsageError } from "../../base/errors/index.ts";
import { type Attempt, retry } from "../../base/resilience/retry.ts";
import type { EngineCore } from "./core.ts";
import { describeError } from "./describe-error.ts";
import type { OperationPlan } from "./operation-plan.ts";
import type { IdempotencyClaim, Session, StepLock, StepRecord } from "./ports.ts";
import { stepKey } from "./step-key.ts";
import { type PlannedStep, planStep, type StepOptions } from "./step-options.ts";
import { decodeStepResult, encodeStepResult } from "./step-result.ts";
import { inStep, refuseInStep } from "./step-scope.ts";

/** The call whose steps they are. */
export interface StepHost {
  readonly core: EngineCore;
  readonly plan: OperationPlan;
  readonly session: Session;
  readonly signal: AbortSignal;
  /** Answered: no step is begun for it any more. */
  readonly ended: boolean;
}

/** One run of a handler: it ends with the handler, or where a step is to be done. */
export interface HandlerRun {
  /** Resolves when the run is given up. */
  readonly suspended: Promise<void>;
  readonly suspend: () => void;
  isSuspended: boolean;
  /** What the handler did that no run may survive. */
  fault: unknown;
  readonly names: Set<string>;
  /** Steps that the handler has been told nothing of yet. */
  open: number;
  readonly missing: Map<string, PlannedStep>;
}

/**
 * The durable steps of one call. A step that is not recorded ends the run of its handler: the transaction is rolled back, the
 * step is done while no transaction is open, its result is recorded by a commit of its own, and the handler is run again
 * from the beginning, in a new transaction, in which the step answers at once. See docs/decisions/0009-durable-steps.md.
 */
export class DurableSteps {
  readonly #call: StepHost;
  readonly #claim: IdempotencyClaim;
  #run: HandlerRun = newRun();
  #lock: StepLock | undefined;
  #records: Promise<Map<string, StepRecord>> | undefined;
  /** What steps threw in this call; a later call tries them again. */
  readonly #failures = new Map<string, unknown>();
  /** Each settles when its work does, or when the time of its work is over. */
  readonly #underWay = new Set<Promise<unknown>>();

  constructor(call: StepHost, claim: IdempotencyClaim) {
    this.#call = call;
    this.#claim = claim;
  }

  /** The run that counts. */
  get run(): HandlerRun {
    return this.#run;
  }

  /** What keeps duplicates out between transactions, once there has been a step. */
  get lock(): StepLock | undefined {
    return this.#lock;
  }

  /** Answers a step that is recorded, throws what it threw in this call, or gives up the run so that it can be done. */
  async step(run: HandlerRun, name: string, work: unknown, options?: StepOptions): Promise<unknown> {
    refuseInStep(this.#place, "another step");
    if (this.isOver(run)) return never();
    run.open++;
    try {
      const planned = planStep(`${this.#place}, step`, name, work, options);
      if (run.names.has(name)) throw this.#twice(name);
      run.names.add(name);
      this.#records ??= this.#find();
      const record = (await this.#records).get(name);
      const known = record !== undefined || this.#failures.has(name);
      if (known && this.isOver(run)) return never();
      if (known) run.open--;
      if (known && !this.#failures.has(name)) return decodeStepResult(record?.result);
      if (!known) run.missing.set(name, planned);
    } catch (error) {
      // A handler that catches what its steps throw must not get past this.
      run.fault ??= error;
    }
    if (this.#failures.has(name) && run.fault === undefined) throw this.#failures.get(name);
    run.isSuspended = true;
    run.suspend();
    return never();
  }

  /** Throws UsageError where a handler that returned left steps behind: they might be done, or not. */
  assertAwaited(run: HandlerRun): void {
    if (run.open === 0) return;
    throw new UsageError({
      place: `${this.#place}, step`,
      expected: "a handler that awaits its steps",
      found: "one that returned before a step had answered",
      fix: "write await before step(…)",
    });
  }

  /** Whether a run does not count any more: what its handler still does must have no effect. */
  isOver(run: HandlerRun): boolean {
    return run !== this.#run || run.isSuspended;
  }

  /** Does the steps that gave up the run. Afterwards the call may begin again; throws where it must not. */
  async perform(): Promise<void> {
    const run = this.#run;
    const call = this.#call;
    if (run.fault !== undefined) throw run.fault;
    await this.#holdClaim(() => call.session.rollback());
    // Again, since now no duplicate can add to them.
    this.#records = this.#find();
    const records = await this.#records;
    const missing = [...run.missing.values()].filter(({ name }) => !records.has(name));
    if (call.ended) return;
    await Promise.all(missing.map((planned) => this.#perform(planned, run)));
    if (run.fault !== undefined) throw run.fault;
    this.#run = newRun();
  }

  /** Lets duplicates in again, once nothing runs any more. Never throws. */
  async release(): Promise<void> {
    await Promise.all(this.#underWay);
    await this.#lock?.release();
  }

  /** What a step threw that nobody declared is the other side's failure, not ours. */
  explain(thrown: unknown): unknown {
    if (thrown instanceof ApiError || thrown instanceof UsageError) return thrown;
    for (const [name, failure] of this.#failures) {
      if (failure !== thrown) continue;
      const message = `The step ${JSON.stringify(name)} failed: another service did not do its part.`;
      return new ApiError("upstream_failed", message, { cause: thrown });
    }
    return thrown;
  }

  async #holdClaim(leave: () => Promise<void>): Promise<void> {
    if (this.#lock !== undefined || this.#call.plan.mode === "run") return leave();
    this.#lock = await this.#call.core.store.steps.lock(this.#claim, leave);
    if (this.#lock === undefined) {
      throw new ApiError(
        "idempotency_in_progress",
        "A call with this Idempotency-Key is still running. Try again with the same key to get its answer.",
        { retryAfterSeconds: 1 },
      );
    }
  }

  async #find(): Promise<Map<string, StepRecord>> {
    const records = await this.#call.session.findSteps(this.#claim);
    for (const record of records) this.#check(record);
    return new Map(records.map((record) => [record.name, record]));
  }

  #check({ fingerprint }: StepRecord): void {
    if (fingerprint === this.#claim.fingerprint) return;
    throw new ApiError(
      "idempotency_key_reused",
      "This Idempotency-Key was used for another request, part of which has been done. Use a new key for each thing to be done.",
    );
  }

  async #perform(planned: PlannedStep, run: HandlerRun): Promise<void> {
    const { name, timeoutMs, retries } = planned;
    const work = (attempt: Attempt) => {
      const working = this.#attempt(planned, attempt, run);
      this.#watch(working, timeoutMs);
      return working;
    };
    try {
      await retry(work, {
        name: `step ${name}`,
        maxAttempts: retries + 1,
        // The other side knows it by its key.
        repeatable: true,
        attemptTimeoutMs: timeoutMs,
        signal: this.#call.signal,
      });
    } catch (error) {
      this.#failures.set(name, error);
    }
  }

  /** One try. What it returns is recorded even where nobody waits for it any more. */
  async #attempt({ name, work }: PlannedStep, { number, signal }: Attempt, run: HandlerRun): Promise<void> {
    const { store, logger } = this.#call.core;
    const context = { idempotencyKey: stepKey(this.#claim, name), signal, attempt: number };
    const value = await inStep(name, () => work(context));
    try {
      const result = encodeStepResult(`${this.#place}, step ${JSON.stringify(name)}`, value);
      const record = await retry(() => store.steps.record(this.#claim, name, result), { repeatable: true });
      this.#check(record);
      (await this.#records)?.set(name, record);
    } catch (error) {
      run.fault ??= error;
      const fields = { operation: this.#call.plan.operation.id, step: name, err: describeError(error) };
      logger.error(fields, "A step was done and its result could not be recorded");
      throw error;
    }
  }

  /** Keeps the claim while a try runs, but no longer than it may take. */
  #watch(working: Promise<void>, timeoutMs: number): void {
    const { background } = this.#call.core;
    const settled = Promise.withResolvers<void>();
    const timer = setTimeout(settled.resolve, timeoutMs);
    const end = () => {
      clearTimeout(timer);
      settled.resolve();
    };
    working.then(end, end);
    const { promise } = settled;
    this.#underWay.add(promise);
    background.add(promise);
    void promise.then(() => {
      this.#underWay.delete(promise);
      background.delete(promise);
    });
  }

  get #place(): string {
    return `handler of ${this.#call.plan.operation.id}`;
  }

  #twice(name: string): UsageError {
    return new UsageError({
      place: `${this.#place}, step`,
      expected: "a name of its own for each step of a command",
      found: `${JSON.stringify(name)} twice`,
      fix: "put what tells them apart into the name, such as the id of what is charged",
    });
  }
}

/** What a run that was given up waits for. A promise of its own each time: one for all would remember all who wait. */
function never(): Promise<never> {
  return new Promise(() => {});
}

function newRun(): HandlerRun {
  const { promise, resolve } = Promise.withResolvers<void>();
  return {
    suspended: promise,
    suspend: resolve,
    isSuspended: false,
    fault: undefined,
    names: new Set(),
    open: 0,
    missing: new Map(),
  };
}
