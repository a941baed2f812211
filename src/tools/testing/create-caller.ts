import { UsageError } from "../../base/errors/index.ts";
import { timestampFromMs } from "../../base/lib/index.ts";
import { compile } from "../../contract/model/index.ts";
import {
  type Clock,
  createEngine,
  type Engine,
  type EngineOptions,
  type Principal,
  type Service,
} from "../../runtime/engine/index.ts";
import { openStore, type StoreOptions } from "../../runtime/store/index.ts";
import { type Caller, callerOf } from "./caller.ts";
import { createFakeClock, type FakeClock } from "./fake-clock.ts";

export interface EngineCallerOptions {
  /** API key by the name that {@link Caller.as} takes. */
  readonly keys?: Readonly<Record<string, string>>;
}

export interface ServiceCallerOptions {
  /** Who may be called as, besides those that the service's seed makes. */
  readonly principals?: Readonly<
    Record<string, { readonly principal: string; readonly roles: readonly string[] }>
  >;
  /** Whether the service's seed is run. Default true. */
  readonly seed?: boolean;
  /** Default: a fake clock that stands at the present. */
  readonly clock?: FakeClock;
  /** `postgres://…` URL of an empty database. Default: PGlite in memory. */
  readonly databaseUrl?: string;
  /** Further options of the engine, such as `onAccount`. */
  readonly engine?: Partial<Pick<EngineOptions, "logger" | "onAccount" | "tracer" | "maxConcurrentCalls">>;
}

/** A service running inside the test's process. */
export interface TestService extends Caller {
  readonly engine: Engine;
  readonly clock: FakeClock;
  close(): Promise<void>;
}

/** Calls an engine that the test has made itself. */
export function createCaller(engine: Engine, options?: EngineCallerOptions): Caller;
/**
 * Starts a service inside the test's process, on a database of its own with its seed, and calls it. Everything but the
 * protocol is real: `const clinic = await createCaller(service); await clinic.as("ada").call(bookAppointment, …)`.
 */
export function createCaller(service: Service, options?: ServiceCallerOptions): Promise<TestService>;
export function createCaller(
  subject: Engine | Service,
  options: EngineCallerOptions & ServiceCallerOptions = {},
): Caller | Promise<TestService> {
  if ("kind" in subject) return startService(subject, options);
  const keys = new Map(Object.entries(options.keys ?? {}));
  return callerOf(subject, (who) => lookUpKey(keys, who));
}

async function startService(service: Service, options: ServiceCallerOptions): Promise<TestService> {
  const { clock = createFakeClock(), databaseUrl, principals = {}, seed = true } = options;
  const model = compile(service.api);
  const store = await openStore(model, storeOptions(clock, databaseUrl));
  const byKey = new Map<string, Principal>();
  const keys = new Map<string, string>();
  const add = (
    name: string,
    holder: { readonly principal: string; readonly roles: readonly string[] },
  ): string => {
    const key = `test key of ${name}`;
    keys.set(name, key);
    byKey.set(key, { id: holder.principal, roles: holder.roles, credentialId: name, live: false });
    return key;
  };
  for (const [name, holder] of Object.entries(principals)) add(name, holder);
  try {
    await store.migrations.applyModel();
    const engine = createEngine({
      model,
      handlers: service.handlers,
      store,
      clock,
      authenticator: { authenticate: ({ key }) => byKey.get(key) },
      ...(service.options.authenticate === undefined ? {} : { authenticate: service.options.authenticate }),
      ...options.engine,
    });
    const { seed: fill } = service.options;
    if (seed && fill !== undefined) {
      await engine.transaction((db) =>
        fill({
          db,
          now: () => timestampFromMs(clock.now()),
          apiKey: async (name, holder) => add(name, holder),
        }),
      );
    }
    engine.start();
    const close = async () => {
      await engine.drain();
      await store.close();
    };
    return { ...callerOf(engine, (who) => lookUpKey(keys, who)), engine, clock, close };
  } catch (error) {
    await store.close();
    throw error;
  }
}

function storeOptions(clock: Clock, databaseUrl: string | undefined): StoreOptions {
  return databaseUrl === undefined ? { dataDir: "memory", clock } : { databaseUrl, clock };
}

function lookUpKey(keys: ReadonlyMap<string, string>, who: string): string {
  const key = keys.get(who);
  if (key !== undefined) return key;
  throw new UsageError({
    place: `caller.as(${JSON.stringify(who)})`,
    expected: keys.size === 0 ? "no name: none has a key" : [...keys.keys()].join(", "),
    found: who,
    fix: "name them in `keys`, in `principals` or in the service's seed",
  });
}
