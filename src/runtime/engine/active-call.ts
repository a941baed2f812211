import type { ApiError } from "../../base/errors/index.ts";
import { NOBODY } from "./access.ts";
import type { BatchMembership } from "./batch-membership.ts";
import type { Call, Failure, Outcome, Principal, Success } from "./call.ts";
import type { EngineCore } from "./core.ts";
import type { DurableSteps } from "./durable-steps.ts";
import type { Inbox } from "./inbox.ts";
import type { CheckedQuestion } from "./list-question.ts";
import type { OperationPlan } from "./operation-plan.ts";
import type { PagePlan } from "./page.ts";
import type { IdempotencyClaim, OutboxEvent, RowAccess, Session, StoredPage, StoredRow } from "./ports.ts";
import type { RunningOperation } from "./running-operation.ts";
import type { Selection } from "./selection.ts";
import type { CallSpan } from "./tracer.ts";
import type { ListedPage } from "./tree/handler-page.ts";
import type { Tree } from "./tree/tree.ts";

/**
 * One call on its way through the steps: what each has found out so far. A step writes the members named after it and
 * reads those of earlier ones.
 */
export class ActiveCall {
  readonly core: EngineCore;
  readonly plan: OperationPlan;
  readonly request: Call;
  /** Monotonic, for the duration; 0 where nobody is told of it. */
  readonly startedAt: number;

  /** The long-running operation whose work this is. */
  running: RunningOperation | undefined = undefined;

  // trace
  /** Milliseconds since the epoch, by the system's clock: timers and statement timeouts run by no other. */
  deadline = 0;
  timeoutMs = 0;
  span: CallSpan | undefined = undefined;
  // admit
  admitted = false;
  // authenticate
  principal: Principal | undefined = undefined;
  // authorize
  access: RowAccess;
  // validate
  input: unknown = undefined;
  /** The messages of a client stream or channel, which are its input. */
  inbox: Inbox | undefined = undefined;
  selection: Selection | undefined = undefined;
  /** What the caller has selected, instead of a selection of fields. */
  tree: Tree | undefined = undefined;
  question: CheckedQuestion | undefined = undefined;
  /** As validated; the row's own values come into `input` later, and must not be there when the call begins again. */
  given: unknown = undefined;
  // begin
  claim: IdempotencyClaim | undefined = undefined;
  // target
  current: StoredRow | undefined = undefined;
  /** The row may have left the rows that the caller may touch: the database must be asked after the work. */
  recheck = false;
  // handle
  steps: DurableSteps | undefined = undefined;
  value: unknown = undefined;
  row: StoredRow | undefined = undefined;
  /** Of a call that names several. */
  rows: readonly StoredRow[] | undefined = undefined;
  page: StoredPage | undefined = undefined;
  pagePlan: PagePlan | undefined = undefined;
  events: OutboxEvent[] | undefined = undefined;
  /** Rows as the handler last saw them, by id; they tell the version of the row it answers with. */
  known: Map<string, StoredRow> | undefined = undefined;
  /** Pages handed to the handler, by what it is told of each; kept where their cursors may be asked for. */
  listed: Map<object, ListedPage> | undefined = undefined;
  /** Rows handed to the handler that a later write has replaced. */
  replaced: WeakSet<object> | undefined = undefined;
  // project
  success: Success | undefined = undefined;
  // commit
  committing = false;

  /** Set by whatever answers the call: no step runs after it. */
  outcome: Outcome | undefined = undefined;
  /** What was thrown behind a failure, for the log. */
  thrown: unknown = undefined;
  /** Answered: whatever still runs for this call comes too late. */
  ended = false;
  /** Why it ended before its work did: deadline or cancellation. */
  endedBy: ApiError | undefined = undefined;

  #session: Session | undefined = undefined;
  #controller: AbortController | undefined = undefined;

  /** The atomic batch that it is part of. */
  readonly batch: BatchMembership | undefined;

  constructor(core: EngineCore, plan: OperationPlan, request: Call, batch?: BatchMembership) {
    this.batch = batch;
    this.core = core;
    this.startedAt = core.onAccount === undefined ? 0 : performance.now();
    this.plan = plan;
    this.request = request;
    this.access = plan.open ? "all" : NOBODY;
  }

  /** Made when first asked for: most calls end in time, and an AbortController costs a microsecond. */
  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.endedBy !== undefined) this.#controller.abort(this.endedBy);
    }
    return this.#controller.signal;
  }

  /** The call's database session, opened when first asked for. */
  get session(): Session {
    this.#session ??= this.#open();
    return this.#session;
  }

  #open(): Session {
    const session = this.batch?.openSession() ?? this.core.store.open({ deadline: this.deadline });
    if (this.endedBy !== undefined) session.interrupt(this.endedBy);
    return session;
  }

  get inTransaction(): boolean {
    return this.#session?.inTransaction === true;
  }

  /** The session if there is one. */
  get openSession(): Session | undefined {
    return this.#session;
  }

  /** Forgets what the handler and its transaction have done, so that the call can go through `begin` again. */
  restart(): void {
    this.input = this.given;
    this.current = undefined;
    this.recheck = false;
    this.value = undefined;
    this.row = undefined;
    this.rows = undefined;
    this.page = undefined;
    this.pagePlan = undefined;
    this.events = undefined;
    this.known = undefined;
    this.listed = undefined;
    this.replaced = undefined;
  }

  /**
   * Lets go of rows and answers. Something old may hold the call for a while (a timer, a promise); what it read would
   * then be kept until the next collection of the old generation, a quarter of all that is ever read.
   */
  forget(): void {
    this.page = undefined;
    this.row = undefined;
    this.rows = undefined;
    this.value = undefined;
    this.success = undefined;
    this.outcome = undefined;
  }

  /** Ends the call before its work is done: what still runs is told by the signal. */
  interrupt(reason: ApiError): void {
    this.endedBy = reason;
    this.#controller?.abort(reason);
    this.#session?.interrupt(reason);
    this.inbox?.interrupt(reason);
  }
}

/** Makes the outcome of a refused or failed call. */
export function failureOf(error: ApiError): Failure {
  return { ok: false, error, replayed: false };
}
