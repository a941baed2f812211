import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { DeathNote, Place } from "./messages.ts";
import type { Random } from "./random.ts";
import { ServerFailure, ServerProcess } from "./server-process.ts";

/**
 * How a process was ended. `first start`: while it made the tables; `restart`: while it started again; `await`: at a
 * chosen point of a command that ran alone; `storm`: at a chosen point under many callers; `outside`: by a signal at any
 * moment; `rest`: when all was answered.
 */
export type Fault = "first start" | "restart" | "await" | "storm" | "outside" | "rest";

/** One process that was killed. */
export interface Kill {
  readonly fault: Fault;
  readonly note: DeathNote | undefined;
}

/** Options of {@link Fleet}. */
export interface FleetOptions {
  readonly planPath: string;
  readonly place: Place;
  readonly folder: string;
  readonly random: Random;
  /** Environment variables of the servers. */
  readonly env: Readonly<Record<string, string>>;
  /** Points that a start of each mode passes, kept from round to round. */
  readonly startPoints: Map<string, number>;
  readonly onKill: () => void;
}

interface Server {
  process: ServerProcess | undefined;
  url: string | undefined;
  /** What the next death is called. */
  fault: Fault;
  /** How many of its next starts die. */
  deadStarts: number;
  listening: PromiseWithResolvers<void>;
  died: PromiseWithResolvers<void>;
}

let processes = 0;

/** Servers on one database that are started again whenever they die. */
export class Fleet {
  readonly kills: Kill[] = [];
  readonly #options: FleetOptions;
  readonly #servers: Server[] = [];
  readonly #balance: Random;
  readonly #failure = Promise.withResolvers<never>();
  #spare: ServerProcess | undefined;
  #only: number | undefined;
  #closing = false;
  #cuts = 0;

  constructor(options: FleetOptions) {
    this.#options = options;
    this.#balance = options.random.fork("balance");
    this.#failure.promise.catch(() => {});
  }

  /** Rejects when a server could not be started again, or ended by itself. */
  get failed(): Promise<never> {
    return this.#failure.promise;
  }

  get size(): number {
    return this.#servers.length;
  }

  /** Adds a server and resolves when it listens, after so many starts that were killed. */
  async add(mode: "dev" | "serve", deadStarts = 0): Promise<void> {
    const server: Server = {
      process: undefined,
      url: undefined,
      fault: "outside",
      deadStarts,
      listening: Promise.withResolvers(),
      died: Promise.withResolvers(),
    };
    this.#servers.push(server);
    this.#keepRunning(server, mode).catch((error: unknown) => this.#failure.reject(error));
    await Promise.race([server.listening.promise, this.failed]);
  }

  /** Base URL of a server that listens, any of them. */
  nextUrl(): string | undefined {
    const only = this.#only === undefined ? undefined : this.#servers[this.#only]?.url;
    if (only !== undefined) return only;
    const up = this.#servers.flatMap(({ url }) => url ?? []);
    return up[this.#balance.below(up.length)];
  }

  /** Sends every request to one server as long as it listens; undefined: to all. */
  direct(index: number | undefined): void {
    this.#only = index;
  }

  async listening(index: number): Promise<void> {
    await Promise.race([this.#server(index).listening.promise, this.failed]);
  }

  /**
   * Ends a server at point number `killAt`, counted from the next command it gets, or, after `patienceMs` without that,
   * from outside.
   */
  async killAtPoint(
    index: number,
    {
      fault,
      killAt,
      patienceMs,
    }: { readonly fault: Fault; readonly killAt: number; readonly patienceMs: number },
  ): Promise<void> {
    const server = this.#server(index);
    server.fault = fault;
    const { promise } = server.died;
    await server.process?.arm("storm", killAt);
    const controller = new AbortController();
    const late = sleep(patienceMs, undefined, { signal: controller.signal }).then(
      () => this.#signal(server, "outside"),
      () => {},
    );
    await Promise.race([promise, this.failed]).finally(() => controller.abort());
    await late;
  }

  /**
   * Has a server count the points of the next command it gets and end at one of them. Resolves when the command may be
   * sent; `outcome` resolves with the number of its points where it was answered before, and with undefined at death.
   */
  async arm(index: number, killAt: number): Promise<{ readonly outcome: Promise<number | undefined> }> {
    const server = this.#server(index);
    server.fault = "await";
    const survived = Promise.withResolvers<number | undefined>();
    server.died.promise.then(() => survived.resolve(undefined));
    await server.process?.arm("command", killAt, (points) => survived.resolve(points));
    return { outcome: Promise.race([survived.promise, this.failed]) };
  }

  /** Ends a server by a signal after a while. */
  async killFromOutside(index: number, delayMs: number, fault: Fault = "outside"): Promise<void> {
    const server = this.#server(index);
    const { promise } = server.died;
    await server.process?.arm("now", Number.MAX_SAFE_INTEGER);
    await sleep(delayMs);
    this.#signal(server, fault);
    await Promise.race([promise, this.failed]);
  }

  /** Cuts all connections to the database. A start that fails for it is made again, as whoever supervises a server does. */
  async cutConnections(): Promise<void> {
    this.#cuts++;
    await this.ask({ kind: "sql", text: CUT, values: [] });
    this.#cuts++;
  }

  /** The next start of a server dies too. */
  killNextStart(index: number): void {
    this.#server(index).deadStarts++;
  }

  /** Asks any server, again where it dies meanwhile; resolves with JSON. */
  async ask(order: Parameters<ServerProcess["ask"]>[0]): Promise<string> {
    for (;;) {
      const server = this.#servers.find(({ url }) => url !== undefined) ?? this.#server(0);
      await Promise.race([server.listening.promise, this.failed]);
      try {
        return await server.process!.ask(order);
      } catch (error) {
        if (!(error instanceof ServerFailure && error.ended)) throw error;
      }
    }
  }

  /** Ends all. */
  async close(): Promise<void> {
    this.#closing = true;
    this.#spare?.kill();
    await this.#spare?.ended;
    await Promise.all(
      this.#servers.map(async ({ process }) => {
        process?.kill();
        await process?.ended;
      }),
    );
  }

  #signal(server: Server, fault: Fault): void {
    server.fault = fault;
    server.process?.kill();
  }

  #record(kill: Kill): void {
    this.kills.push(kill);
    this.#options.onKill();
  }

  async #keepRunning(server: Server, firstMode: "dev" | "serve"): Promise<void> {
    const { place, startPoints, random } = this.#options;
    let mode = firstMode;
    while (!this.#closing) {
      const process = this.#take();
      server.process = process;
      const dies = server.deadStarts > 0;
      const cuts = this.#cuts;
      if (dies) {
        server.deadStarts--;
        server.fault = mode === "dev" ? "first start" : "restart";
        void process.arm("start", 1 + random.below(startPoints.get(mode) ?? FIRST_GUESS));
      }
      try {
        const { url, points } = await process.start({ place, mode });
        startPoints.set(mode, points);
        server.url = url;
        // Where the tables are there, later starts must find them so.
        mode = "serve";
        server.listening.resolve();
      } catch (error) {
        if (!(error instanceof ServerFailure && error.ended)) process.kill();
        const { killed, note } = await process.ended;
        if (this.#closing) return;
        if (dies && killed && error instanceof ServerFailure && error.ended)
          this.#record({ fault: server.fault, note });
        else if (cuts === this.#cuts) throw error;
        continue;
      }
      const { killed, note } = await process.ended;
      server.url = undefined;
      if (this.#closing) return;
      if (!killed) throw new ServerFailure(`a server ended by itself\n${process.output}`, { ended: true });
      this.#record({ fault: server.fault, note });
      server.listening = Promise.withResolvers();
      server.died.resolve();
      server.died = Promise.withResolvers();
    }
  }

  /** A process that has loaded its code already, where there is one; the next one begins to load. */
  #take(): ServerProcess {
    const process = this.#spare ?? this.#fork();
    this.#spare = this.#fork();
    return process;
  }

  #fork(): ServerProcess {
    const { planPath, folder, env } = this.#options;
    const notePath = join(folder, `note-${++processes}`);
    return new ServerProcess({ planPath, notePath, cacheDir: join(folder, "cache"), env });
  }

  #server(index: number): Server {
    const server = this.#servers[index];
    if (server === undefined) throw new RangeError(`there is no server ${index}`);
    return server;
  }
}

const CUT = `select pg_terminate_backend(pid) from pg_stat_activity
  where datname = current_database() and pid <> pg_backend_pid() and backend_type = 'client backend'`;
/** A start that has not been counted yet has more points than this, on either store. */
const FIRST_GUESS = 80;
