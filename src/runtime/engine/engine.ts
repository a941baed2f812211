import { ApiError } from "../../base/errors/index.ts";
import type { JsonValue } from "../../base/lib/json.ts";
import { answersMany, type Model, OPERATION, type OperationModel } from "../../contract/model/index.ts";
import { ActiveCall, failureOf } from "./active-call.ts";
import { type AtomicBatch, type BatchScope, openAtomicBatch } from "./atomic-batch.ts";
import { type BatchOptions, runBatch } from "./batch.ts";
import type { BatchMembership } from "./batch-membership.ts";
import type { Call, Failure, Outcome } from "./call.ts";
import { checkCall } from "./check-call.ts";
import { checkHandlers } from "./check-handlers.ts";
import type { Db } from "./context.ts";
import { createCore, type EngineCore } from "./core.ts";
import { type Offer, type OfferQuestion, offerTo } from "./offer.ts";
import { planLongRunning, planOperation } from "./operation-plan.ts";
import { isAccepted, OperationRunner } from "./operation-runner.ts";
import { resolveRunnerOptions } from "./operation-runner-options.ts";
import type { EngineOptions } from "./options.ts";
import { compilePipeline, type Pipeline } from "./pipeline.ts";
import { readOneByOne } from "./read-one-by-one.ts";
import { runCall } from "./run.ts";
import { shuttingDown } from "./steps/admit.ts";
import { STEPS } from "./steps.ts";
import { runStream } from "./stream.ts";
import { runTransaction } from "./transaction.ts";

/** The pipeline of a model, compiled per operation: what every protocol calls. */
export interface Engine {
  readonly model: Model;
  /** Runs one query, command or client stream. Never throws or rejects: errors are outcomes. Synchronous where nothing waits. */
  execute(call: Call): Promise<Outcome> | Outcome;
  /** Tells whether the call would be refused whatever its input is: who calls may not, or nobody may just now. */
  check(call: Call): Promise<Failure | undefined>;
  /** Tells which operations a caller may ever call. Never rejects. */
  offers(question: OfferQuestion): Promise<Offer | Failure>;
  /**
   * Runs calls one after the other and answers each. Atomic: in one transaction; where one fails, its outcome says why
   * and those of the others are `failed_dependency`. Never rejects.
   */
  batch(calls: readonly Call[], options: BatchOptions): Promise<readonly Outcome[]>;
  /** As an atomic {@link batch}, for protocols that make their calls one by one. */
  openAtomicBatch(scope: BatchScope): AtomicBatch;
  /** Runs one server stream or channel; the iteration throws ApiError. Values are in wire form. */
  stream(call: Call): AsyncIterable<JsonValue>;
  /** Runs work in one transaction outside any call (seeds, jobs); commits when it resolves. */
  transaction<T>(work: (db: Db) => Promise<T>): Promise<T>;
  /** Calls now running. */
  readonly active: number;
  /** Names of the steps that an operation's calls go through, in order. */
  stepsOf(operation: string): readonly string[];
  /** Begins to do the work of long-running operations, those that other processes accepted too; `drain` ends it. */
  start(): void;
  /**
   * Refuses new calls with 503 and resolves when the running ones are answered and nothing runs behind them. Long-running
   * operations are told to stop and left for other processes to go on with.
   */
  drain(): Promise<void>;
}

/** Compiles a pipeline per operation. Throws UsageError with every unknown, duplicate and missing handler. */
export function createEngine(options: EngineOptions): Engine {
  const core = createCore(options);
  const { model } = core;
  const handlers = checkHandlers(model, options.handlers ?? []);
  const pipelines = new Map<string, Pipeline>();
  const works = new Map<string, Pipeline>();
  for (const operation of Object.values(model.operations)) {
    const plan = planOperation(operation, model, core.resources, handlers.get(operation.id));
    const { longRunning } = operation;
    if (longRunning === undefined) {
      pipelines.set(operation.id, compilePipeline(STEPS, plan, core));
      continue;
    }
    const { accept, run } = planLongRunning(plan, longRunning);
    pipelines.set(operation.id, compilePipeline(STEPS, accept, core));
    works.set(operation.id, compilePipeline(STEPS, run, core));
  }
  const runner = createRunner(core, works, options.operations);
  const execute = (call: Call, batch?: BatchMembership): Promise<Outcome> | Outcome => {
    const pipeline = pipelines.get(call.operation);
    if (pipeline === undefined || answersMany(pipeline.plan.operation)) {
      return failureOf(notServed(call, pipeline, "one answer"));
    }
    if (call.ids !== undefined && pipeline.plan.handler !== undefined)
      return readOneByOne(call, call.ids, (each) => execute(each, batch));
    const outcome = runCall(pipeline, new ActiveCall(core, pipeline.plan, call, batch));
    // What a batch accepts or cancels counts only once it commits; looking for work finds it then.
    if (runner === undefined || batch !== undefined) return outcome;
    if (!works.has(call.operation) && call.operation !== CANCEL) return outcome;
    return follow(runner, pipeline.plan.operation, { call, answered: outcome });
  };
  const openBatch = (scope: BatchScope) => openAtomicBatch(core, scope, execute);
  return {
    model,
    execute: (call) => execute(call),
    batch: (calls, how) => runBatch(calls, how, { execute, openBatch }),
    openAtomicBatch: openBatch,
    async check(call) {
      const pipeline = pipelines.get(call.operation);
      if (pipeline === undefined) return failureOf(notServed(call, pipeline, "one answer"));
      if (core.draining) return failureOf(shuttingDown());
      return checkCall(pipeline, new ActiveCall(core, pipeline.plan, call));
    },
    offers: (question) => offerTo(pipelines, { core, question }),
    stream(call) {
      const pipeline = pipelines.get(call.operation);
      if (pipeline === undefined || !answersMany(pipeline.plan.operation))
        return refused(notServed(call, pipeline, "a stream"));
      return runStream(pipeline, new ActiveCall(core, pipeline.plan, call));
    },
    transaction: (work) => runTransaction(core, work),
    get active() {
      return core.active;
    },
    stepsOf: (operation) => pipelines.get(operation)?.names ?? [],
    start: () => runner?.start(),
    async drain() {
      core.draining = true;
      await runner?.stop();
      if (core.active > 0) await new Promise<void>((resolve) => core.whenIdle.push(resolve));
      await Promise.all(core.background);
    },
  };
}

const CANCEL = `${OPERATION}.cancel`;

function createRunner(
  core: EngineCore,
  pipelines: ReadonlyMap<string, Pipeline>,
  given: EngineOptions["operations"],
): OperationRunner | undefined {
  const options = resolveRunnerOptions(given);
  const store = core.store.operations;
  return store && new OperationRunner({ core, store, pipelines, options });
}

/** What happens behind the answer to a call that accepted or cancelled an operation. */
async function follow(
  runner: OperationRunner,
  { id: operation, deadlineMs }: OperationModel,
  { call, answered }: { readonly call: Call; readonly answered: Promise<Outcome> | Outcome },
): Promise<Outcome> {
  const { waitMs = 0, signal, select, answersOperation = false } = call;
  const outcome = await answered;
  if (operation === CANCEL) {
    if (outcome.ok && outcome.id !== undefined) runner.cancel(outcome.id);
    return outcome;
  }
  if (!isAccepted(outcome)) return outcome;
  // Selected is of the operation; what the work answers would be something else.
  const waits = waitMs > 0 && select === undefined && !outcome.replayed;
  const done = waits ? runner.wait(outcome.id, Math.min(waitMs, deadlineMs), signal) : undefined;
  runner.wake();
  const ended = await done;
  return answersOperation ? outcome : (ended ?? outcome);
}

function notServed({ operation }: Call, pipeline: Pipeline | undefined, how: string): ApiError {
  return pipeline === undefined
    ? new ApiError(
        "not_implemented",
        `The operation ${JSON.stringify(operation.slice(0, 64))} is not served.`,
      )
    : new ApiError("not_implemented", `The operation ${operation} cannot be called for ${how}.`);
}

// biome-ignore lint/correctness/useYield: it refuses at the first step of the iteration, as every stream does.
async function* refused(error: ApiError): AsyncGenerator<JsonValue> {
  throw error;
}
