import type { AnyResource, HandlerShape, Operation } from "../../../contract/language/index.ts";
import type { Db, SeedContext, Service } from "../../../runtime/engine/index.ts";
import type { StartOptions } from "../../../runtime/server/index.ts";
import type { Random } from "./random.ts";

/** What a plan is told when it makes a command. */
export interface CommandSource {
  /** Draws from the run's seed: use nothing else that is random, so that a seed gives the same commands again. */
  readonly random: Random;
  /**
   * A text that no other command has. Put it into the input where there is room: an effect that no stored answer explains
   * is then traced to its command.
   */
  readonly mark: string;
  /** Id of a row that an earlier command of this round made and told its caller; undefined where there is none yet. */
  made(operation: Operation): string | undefined;
}

/** One kind of command that callers send. */
export interface CrashCommand {
  readonly operation: Operation;
  /** Name of the API key to call with, as the seed or `setup` names it; undefined: nobody. */
  readonly as?: string | undefined;
  /** How often it is chosen, compared with the others. Default 1. */
  readonly weight: number;
  readonly id?: ((source: CommandSource) => string | undefined) | undefined;
  readonly input?: ((source: CommandSource) => unknown) | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly writes?: Readonly<Record<string, number>> | undefined;
  readonly events?: readonly string[] | undefined;
}

/** What can be said of a {@link CrashCommand}. */
export interface CrashCommandOptions<Input> {
  /** Name of the API key to call with, as the seed or `setup` names it. Default: nobody's. */
  readonly as?: string;
  /** How often it is chosen, compared with the others. Default 1. */
  readonly weight?: number;
  /** For operations on one row: its id. Undefined chooses another command. */
  readonly id?: (source: CommandSource) => string | undefined;
  /** The body in program form; defaults may be left out. Undefined chooses another command. */
  readonly input?: (source: CommandSource) => (Input extends object ? Partial<Input> : Input) | undefined;
  /** More headers, such as an Authorization of the service's own. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Rows that a success writes, by table, each counted once; other tables must stay as they are. Default: not looked at. */
  readonly writes?: Readonly<Record<string, number>>;
  /** Names of the events that a success emits. Default: not looked at. */
  readonly events?: readonly string[];
}

/** What a check is given: the database after a round, all commands answered. */
export interface CheckContext<World> {
  readonly db: Db;
  readonly world: World;
}

/** One command as its callers know it, when a round is over. */
export interface CommandOutcome {
  readonly operation: string;
  /** The text that the plan was given for it. */
  readonly mark: string;
  /** Of its first answer; 0 where there was none. */
  readonly status: number;
  readonly body: string;
}

/** Something outside that the service calls, such as a payment server. It lives in the test's own process, which is not killed. */
export interface Outside {
  /** Environment variables that tell the servers of it, such as its URL. */
  readonly env: Readonly<Record<string, string>>;
  /** Holds what it was asked for against what callers were told, and throws for what must never be. */
  check?(commands: readonly CommandOutcome[]): void | Promise<void>;
  close(): void | Promise<void>;
}

/** What a plan says beside its commands. */
export interface CrashPlanOptions<World> {
  /**
   * Fills each round's fresh database and returns what commands choose from, as JSON. Default: the service's seed, and
   * undefined.
   */
  setup?(context: SeedContext): Promise<World>;
  /** The kinds of commands, for the world that `setup` made. */
  commands(world: World): readonly CrashCommand[];
  /** How the service is started, beside what the test itself decides: place, port, log, tracer. */
  readonly start?: Omit<
    StartOptions,
    "databaseUrl" | "dataDir" | "mode" | "port" | "host" | "tracer" | "tls"
  >;
  /** Starts what the service calls outside, anew for each round. */
  outside?(): Promise<Outside>;
  /** Looks at the database after each round and throws for what must never be. */
  check?(context: CheckContext<World>): Promise<void>;
  /** Resources that something other than the commands writes to, such as a job: their rows are not looked at. */
  readonly ignore?: readonly AnyResource[];
}

/** How to call a service while it is being killed: the default export of a `crash.ts`. Inert. */
export interface CrashPlan {
  readonly kind: "crash-plan";
  readonly service: Service;
  readonly options: CrashPlanOptions<unknown>;
}

/** Describes how a service is called while it is being killed: `export default crashPlan(service, { commands })`. */
export function crashPlan<World = undefined>(service: Service, options: CrashPlanOptions<World>): CrashPlan {
  return Object.freeze({ kind: "crash-plan", service, options });
}

/** Describes one kind of command that callers send, typed by its operation. */
export function crashCommand<Shape extends HandlerShape>(
  operation: Operation<Shape>,
  { weight = 1, ...options }: CrashCommandOptions<Shape["received"]> = {},
): CrashCommand {
  return Object.freeze({ ...options, operation, weight });
}
