import { ApiError, UsageError } from "../../base/errors/index.ts";
import { timestampFromMs } from "../../base/lib/index.ts";
import type { EventDefinition } from "../../contract/language/index.ts";
import { changesData, type OperationModel } from "../../contract/model/index.ts";
import { compileEncoder, type Encoder } from "../../contract/schema/index.ts";
import type { ActiveCall } from "./active-call.ts";
import type { PageInfo, Principal } from "./call.ts";
import type { Db, HandlerContext } from "./context.ts";
import type { EngineCore } from "./core.ts";
import type { HandlerRun } from "./durable-steps.ts";
import { isRow } from "./encode-row.ts";
import { type Files, handlerFiles } from "./files.ts";
import type { Logger, RowAccess, Session, StoredRow } from "./ports.ts";
import { unauthenticated } from "./refusals.ts";
import { type DbHost, SessionDb } from "./session-db.ts";
import type { StepFunction } from "./step-options.ts";
import { refuseInStep } from "./step-scope.ts";
import type { ListedPage } from "./tree/handler-page.ts";

/** One call as its handler sees it. Members that cost something are made when first read. */
export class CallContext implements HandlerContext, DbHost {
  readonly #call: ActiveCall;
  /** The run of the handler that this is for; undefined where its operation has no durable steps. */
  readonly #run: HandlerRun | undefined;
  #db: Db | undefined;
  #log: Logger | undefined;

  constructor(call: ActiveCall) {
    this.#call = call;
    this.#run = call.steps?.run;
  }

  get input(): unknown {
    const { question, access, input } = this.#call;
    return question === undefined ? input : listInput(question, access);
  }

  get id(): string {
    return this.#call.request.id ?? "";
  }

  get current(): unknown {
    return this.#call.current?.values;
  }

  get principal(): Principal {
    const { principal } = this.#call;
    if (principal === undefined) throw unauthenticated();
    return principal;
  }

  get caller(): Principal | undefined {
    return this.#call.principal;
  }

  get db(): Db {
    this.#db ??= new SessionDb(this);
    return this.#db;
  }

  get files(): Files {
    return handlerFiles(this.core.store);
  }

  get emit(): HandlerContext["emit"] {
    const call = this.#call;
    const run = this.#run;
    return (event, payload) => {
      if (run !== undefined && call.steps?.isOver(run)) return;
      emit(call, event, payload);
    };
  }

  get step(): StepFunction {
    const { steps, plan, batch } = this.#call;
    const run = this.#run;
    // Each step returns what its own work did: recorded and read back as the same JSON value.
    return async (name, work, options): Promise<any> => {
      if (batch !== undefined) throw stepInBatch(plan.operation);
      if (steps === undefined || run === undefined) throw noSteps(plan.operation);
      return steps.step(run, name, work, options);
    };
  }

  get progress(): HandlerContext["progress"] {
    const call = this.#call;
    return (progress) => {
      if (call.running === undefined) throw noProgress(call.plan.operation);
      call.running.progress.report(progress);
    };
  }

  get now(): () => string {
    const { clock } = this.#call.core;
    return () => timestampFromMs(clock.now());
  }

  get signal(): AbortSignal {
    return this.#call.signal;
  }

  get log(): Logger {
    this.#log ??= childLogger(this.core.logger, { operation: this.operation, requestId: this.requestId });
    return this.#log;
  }

  get requestId(): string {
    return this.#call.request.meta.requestId;
  }

  get core(): EngineCore {
    return this.#call.core;
  }

  get operation(): string {
    return this.#call.plan.operation.id;
  }

  get writable(): boolean {
    return changesData(this.#call.plan.operation);
  }

  session(): Session {
    const call = this.#call;
    if (this.#run !== undefined && call.steps?.isOver(this.#run)) {
      refuseInStep(`handler of ${this.operation}`, "the command's db");
      return standStill(call.session);
    }
    if (call.ended) throw call.endedBy ?? answered(this.operation);
    return call.session;
  }

  listed(info: PageInfo, listed: ListedPage): void {
    const call = this.#call;
    if (call.tree === undefined) return;
    call.listed ??= new Map();
    call.listed.set(info, listed);
  }

  seen(row: StoredRow): void {
    const call = this.#call;
    const id = String(row.values.id);
    call.known ??= new Map();
    const before = call.known.get(id) ?? (call.current?.values.id === id ? call.current : undefined);
    if (before !== undefined && before.version !== row.version) {
      call.replaced ??= new WeakSet();
      call.replaced.add(before.values);
    }
    call.known.set(id, row);
  }
}

/** For a run that was given up: its handler goes no further than to its next statement. */
function standStill(session: Session): Session {
  return new Proxy(session, { get: () => () => new Promise(() => {}) });
}

function noProgress({ id, kind }: OperationModel): UsageError {
  return new UsageError({
    place: `handler of ${id}, progress`,
    expected: "a long-running command: others have nobody who asks how far they are",
    found: `a ${kind} that is answered when it is done`,
    fix:
      kind === "command" ? "declare it with longRunning: true" : "report progress in a long-running command",
  });
}

function noSteps({ id, kind }: OperationModel): UsageError {
  return new UsageError({
    place: `handler of ${id}, step`,
    expected: "a command whose idempotency is required: its key tells a repeated command from another one",
    found: kind === "command" ? "a command that may be called without a key" : `a ${kind}`,
    fix:
      kind === "command"
        ? 'declare it with idempotency: "required", or longRunning: true'
        : "call others in a command",
  });
}

function stepInBatch({ id }: OperationModel): ApiError {
  return new ApiError(
    "not_implemented",
    `${id} calls other services in durable steps, which outlive a transaction: it cannot be part of an atomic batch.`,
  );
}

function answered(operation: string): UsageError {
  return new UsageError({
    place: `handler of ${operation}`,
    expected: "database access while the call is running",
    found: "access after it was answered",
    fix: "await every promise before returning",
  });
}

/** What a list handler gets; with the caller's row rules in it, handing it on to db.list cannot show too much. */
function listInput(question: NonNullable<ActiveCall["question"]>, access: RowAccess): unknown {
  const { sort, ...rest } = question;
  return { ...rest, sort: [sort], access };
}

const encoders = new WeakMap<EngineCore, Map<string, Encoder>>();

function emit(call: ActiveCall, event: EventDefinition, payload: unknown): void {
  const { core, plan, request } = call;
  const { operation } = plan;
  if (!changesData(operation)) {
    throw wrongEvent(operation.id, event.name, "in a command or client stream", `in a ${operation.kind}`);
  }
  if (!Object.hasOwn(core.model.events, event.name)) {
    throw wrongEvent(operation.id, event.name, "of the contract", "that the contract does not list");
  }
  call.events ??= [];
  call.events.push({
    name: event.name,
    key: isRow(payload) ? payload.id : (request.id ?? ""),
    payload: encoderOf(core, event.name)(payload),
  });
}

function encoderOf(core: EngineCore, name: string): Encoder {
  let known = encoders.get(core);
  if (known === undefined) {
    known = new Map();
    encoders.set(core, known);
  }
  let encode = known.get(name);
  if (encode === undefined) {
    const { resource, payload } = core.model.events[name] ?? {};
    const row = resource === undefined ? undefined : core.resources.get(resource);
    const fields = Object.fromEntries([...(row?.fields ?? [])].map(([field, { node }]) => [field, node]));
    encode = compileEncoder(payload ?? { type: { kind: "object", fields } });
    known.set(name, encode);
  }
  return encode;
}

function wrongEvent(operation: string, event: string, expected: string, found: string): UsageError {
  return new UsageError({
    place: `operation ${operation}, emit(${event})`,
    expected: `an event ${expected}`,
    found: `one ${found}`,
    fix: "list the event in the contract and emit it in a command",
  });
}

function childLogger(logger: Logger, bindings: object): Logger {
  return {
    info: (fields, message) => logger.info({ ...bindings, ...fields }, message),
    warn: (fields, message) => logger.warn({ ...bindings, ...fields }, message),
    error: (fields, message) => logger.error({ ...bindings, ...fields }, message),
  };
}
