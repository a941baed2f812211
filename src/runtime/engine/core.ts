import { UsageError } from "../../base/errors/index.ts";
import type { Model } from "../../contract/model/model.ts";
import { type Authenticate, checkAuthenticate } from "./authenticate.ts";
import { type CursorCodec, createCursorCodec } from "./cursor.ts";
import { operationId } from "./handle.ts";
import type { Account, EngineOptions } from "./options.ts";
import type { Authenticator, Clock, Logger, Store } from "./ports.ts";
import { Questions } from "./questions.ts";
import { planResources, type ResourcePlan } from "./resource-plan.ts";
import type { Tracer } from "./tracer.ts";
import { RowPlans } from "./tree/row-plan.ts";
import { Views } from "./view.ts";

/** What all calls of one engine share. */
export interface EngineCore {
  readonly model: Model;
  /** Segment and date of the served version; cursors are bound to it. */
  readonly version: string;
  readonly store: Store;
  readonly authenticator: Authenticator;
  readonly authenticate: Authenticate | undefined;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly cursors: CursorCodec;
  readonly resources: ReadonlyMap<string, ResourcePlan>;
  readonly views: Views;
  readonly rowPlans: RowPlans;
  readonly questions: Questions;
  /** Operations that the service has handlers for. */
  readonly handled: ReadonlySet<string>;
  readonly tracer: Tracer | undefined;
  readonly onAccount: ((account: Account) => void) | undefined;
  readonly maxConcurrentCalls: number;
  /** Calls admitted and not yet answered. */
  active: number;
  draining: boolean;
  /** What still runs for calls that are answered: outgoing calls of steps. */
  readonly background: Set<Promise<unknown>>;
  /** Called when a draining engine has answered its last call. */
  readonly whenIdle: (() => void)[];
}

/** Enough for any one process on one core, few enough that waiting calls do not fill the memory. */
const DEFAULT_CONCURRENT_CALLS = 1000;

const KNOWN: ReadonlySet<string> = new Set([
  "model",
  "handlers",
  "store",
  "authenticator",
  "authenticate",
  "cursorSecret",
  "logger",
  "clock",
  "maxConcurrentCalls",
  "onAccount",
  "tracer",
  "operations",
] satisfies readonly (keyof EngineOptions)[]);

const SILENT: Logger = { info: () => {}, warn: () => {}, error: () => {} };
const NOBODY_KNOWN: Authenticator = { authenticate: () => undefined };
const SYSTEM_CLOCK: Clock = { now: Date.now };

/** Fills the defaults in; throws UsageError for unknown or impossible options. */
export function createCore(options: EngineOptions): EngineCore {
  const { model, maxConcurrentCalls = DEFAULT_CONCURRENT_CALLS } = options;
  const unknown = Object.keys(options).filter((name) => !KNOWN.has(name));
  if (unknown.length > 0) {
    throw new UsageError({
      place: "engine options",
      expected: [...KNOWN].join(", "),
      found: unknown.join(", "),
      fix: "remove or rename it",
    });
  }
  if (!Number.isInteger(maxConcurrentCalls) || maxConcurrentCalls < 1) {
    throw new UsageError({
      place: "engine option maxConcurrentCalls",
      expected: "a whole number above 0",
      found: String(maxConcurrentCalls),
      fix: `leave it out for ${DEFAULT_CONCURRENT_CALLS}`,
    });
  }
  checkAuthenticate(model, options.authenticate);
  return {
    model,
    version: `${model.version} ${model.versions[model.version] ?? ""}`,
    store: options.store,
    authenticator: options.authenticator ?? NOBODY_KNOWN,
    authenticate: options.authenticate,
    clock: options.clock ?? SYSTEM_CLOCK,
    logger: options.logger ?? SILENT,
    cursors: createCursorCodec(options.cursorSecret),
    resources: planResources(model),
    views: new Views(),
    rowPlans: new RowPlans(),
    questions: new Questions(),
    handled: new Set((options.handlers ?? []).map(({ operation }) => operationId(operation.spec))),
    tracer: options.tracer,
    onAccount: options.onAccount,
    maxConcurrentCalls,
    active: 0,
    draining: false,
    background: new Set(),
    whenIdle: [],
  };
}
