import { createServer, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import type { Logger } from "../../engine/index.ts";
import type { CloseOptions } from "../close-options.ts";
import { type ListenOptions, listen } from "../listen.ts";
import { Worker, type WorkerEnd } from "./worker.ts";

/** How workers are kept. */
export interface SuperviseOptions {
  readonly count: number;
  readonly logger: Logger;
  readonly listen: ListenOptions;
  /** What the workers speak, for the URL in the log. */
  readonly scheme: "http" | "https";
  /** Open connections that wait for a worker, and are handed to one; further ones are closed at once. Default 10,000. */
  readonly maxWaiting?: number;
  /** How each is closed at the end. Default: at once, with 10 seconds for what is under way. */
  readonly close?: CloseOptions;
}

/** Workers could not be started, or died at their start again and again. */
export interface WorkersFailure extends WorkerEnd {
  readonly message: string;
}

/** A worker that served for so long was sound: what ends it then is no failure of its start. */
const SOUND_MS = 10_000;
/** Pauses before a worker that died is replaced: doubling, so that one that dies at once costs little. */
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 10_000;
/** So many in a row, with nobody left to serve, are not bad luck. */
const GIVE_UP_AFTER = 6;
/** As many as one process takes by default. */
const MAX_WAITING = 10_000;
/** What a closing worker has beyond its own deadline. */
const KILL_GRACE_MS = 3000;

/**
 * Starts as many workers, each a process that runs this same command line, listens for them, hands each connection to
 * the next of them, and keeps them: one that dies is replaced, SIGHUP replaces them one by one without a refused
 * request, SIGTERM and SIGINT end them all. Resolves when they have ended, with nothing. The first one starts alone: where it cannot, the others are not tried. Resolves with
 * the failure then, and where workers die at their start until none is left. Throws UsageError for a port that cannot
 * be had.
 */
export async function superviseWorkers(options: SuperviseOptions): Promise<WorkersFailure | undefined> {
  const workers = new Workers(options);
  const stop = (signal: NodeJS.Signals) => workers.stop(signal);
  const reload = () => void workers.reload();
  process.on("SIGINT", stop).on("SIGTERM", stop).on("SIGHUP", reload);
  try {
    return await workers.run();
  } finally {
    process.off("SIGINT", stop).off("SIGTERM", stop).off("SIGHUP", reload);
  }
}

class Workers {
  readonly #options: SuperviseOptions;
  /** By number, from 1: who serves there, or is about to. */
  readonly #current = new Map<number, Worker>();
  readonly #all = new Set<Worker>();
  readonly #failures = new Map<number, number>();
  readonly #ended = Promise.withResolvers<WorkersFailure | undefined>();
  /** Connections that came while nobody served. */
  readonly #waiting: Socket[] = [];
  readonly #listener = createServer({ pauseOnConnect: true, noDelay: true }, (socket) => {
    socket.on("error", () => {});
    this.#dispatch(socket);
  });
  #next = 0;
  #isStopping = false;
  #stoppedAt = 0;
  #reloading: Promise<void> | undefined;
  #isAskedAgain = false;

  constructor(options: SuperviseOptions) {
    this.#options = options;
  }

  async run(): Promise<WorkersFailure | undefined> {
    const { count, logger } = this.#options;
    const first = this.#start(1);
    this.#current.set(1, first);
    if (!(await first.ready)) return this.#isStopping ? undefined : failedStart(await first.ended);
    this.#keep(first);
    // A signal may have come while it was being started; then nothing listens any more.
    if (this.#isStopping) return this.#ended.promise;
    const url = await this.#listen();
    if (this.#isStopping) this.#listener.close();
    const others = Array.from({ length: count - 1 }, (_, index) => index + 2);
    await Promise.all(others.map((number) => this.#place(number)));
    logger.info({ url, workers: count, pid: process.pid }, "listening");
    return this.#ended.promise;
  }

  /** Replaces the workers one by one: a new one serves before the old one is told to finish. */
  async reload(): Promise<void> {
    this.#isAskedAgain = this.#reloading !== undefined;
    this.#reloading ??= this.#replaceAll();
    await this.#reloading;
  }

  stop(signal: NodeJS.Signals): void {
    if (this.#isStopping) {
      // The terminal and a service manager may both send the first one; only a person repeats it later.
      if (performance.now() - this.#stoppedAt > 500) for (const worker of this.#all) worker.kill();
      return;
    }
    this.#isStopping = true;
    this.#stoppedAt = performance.now();
    void this.#end(signal);
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const { logger, close = {} } = this.#options;
    logger.info({ signal }, "workers end");
    // As one process does: connections are taken for as long as load balancers need to notice.
    const { noticeMs = 0 } = close;
    const closing = [...this.#all].map((worker) => worker.close(close, killAfter(close)));
    if (noticeMs > 0) await sleep(noticeMs);
    this.#listener.close();
    for (const socket of this.#waiting) socket.destroy();
    await Promise.all(closing);
    this.#ended.resolve(undefined);
  }

  async #listen(): Promise<string> {
    try {
      const { family, address, port } = await listen(this.#listener, this.#options.listen);
      return `${this.#options.scheme}://${family === "IPv6" ? `[${address}]` : address}:${port}`;
    } catch (error) {
      this.#isStopping = true;
      for (const worker of this.#all) worker.kill();
      throw error;
    }
  }

  /** Hands a connection to the next worker; keeps it while there is none. */
  #dispatch(socket: Socket): void {
    const serving = [...this.#current.values()].filter(({ serves }) => serves);
    const worker = serving[this.#next++ % serving.length];
    if (worker !== undefined) worker.take(socket);
    else if (this.#isStopping || this.#waiting.length >= (this.#options.maxWaiting ?? MAX_WAITING))
      socket.destroy();
    else this.#waiting.push(socket);
  }

  async #replaceAll(): Promise<void> {
    const { logger, count, close = {} } = this.#options;
    do {
      this.#isAskedAgain = false;
      logger.info({ workers: count }, "replacing workers");
      for (let number = 1; number <= count && !this.#isStopping; number++) {
        const next = this.#start(number);
        if (!(await next.ready)) {
          if (this.#isStopping) break;
          const { message, ...end } = failedStart(await next.ended);
          logger.error({ worker: number, ...end }, `${message}; those that serve are kept`);
          break;
        }
        const old = this.#current.get(number);
        this.#current.set(number, next);
        this.#keep(next);
        const how = { ...close, noticeMs: 0, isReplaced: true };
        await old?.close(how, killAfter(how));
      }
    } while (this.#isAskedAgain && !this.#isStopping);
    this.#reloading = undefined;
    if (!this.#isStopping) logger.info({ workers: count }, "workers are replaced");
  }

  #start(number: number): Worker {
    const worker = new Worker(number, {
      onMetrics: (answer) => void this.#collectMetrics().then(answer),
      onReturned: (sockets) => {
        for (const socket of sockets) this.#dispatch(socket);
      },
    });
    this.#all.add(worker);
    void worker.ready.then((isReady) => {
      if (!isReady) return;
      this.#options.logger.info({ worker: number, pid: worker.pid }, "a worker serves");
      // What waited is served once the worker has its place among those that serve.
      setImmediate(() => {
        for (const socket of this.#waiting.splice(0)) this.#dispatch(socket);
      });
    });
    void worker.ended.then(() => this.#all.delete(worker));
    return worker;
  }

  /** Fills a place, and keeps it filled. */
  async #place(number: number): Promise<void> {
    if (this.#isStopping) return;
    const worker = this.#start(number);
    this.#current.set(number, worker);
    this.#keep(worker);
    await worker.ready;
  }

  /** Replaces a worker when it ends unasked. */
  #keep(worker: Worker): void {
    void worker.ended.then(async (end) => {
      const { number } = worker;
      if (worker.isClosing || this.#isStopping || this.#current.get(number) !== worker) return;
      const wasSound = worker.servesSince !== undefined && performance.now() - worker.servesSince > SOUND_MS;
      const failures = wasSound ? 1 : (this.#failures.get(number) ?? 0) + 1;
      this.#failures.set(number, failures);
      const pauseMs = Math.min(FIRST_PAUSE_MS * 2 ** (failures - 1), LONGEST_PAUSE_MS);
      const { exitCode, signal, reason } = end;
      const about = { worker: number, pid: worker.pid, exitCode, signal, reason, failures };
      if (failures >= GIVE_UP_AFTER && ![...this.#current.values()].some(({ serves }) => serves)) {
        this.#options.logger.error(about, "workers die as soon as they are started: giving up");
        this.#isStopping = true;
        for (const other of this.#all) other.kill();
        this.#listener.close();
        this.#ended.resolve({ ...end, message: `workers die at their start, ${failures} times in a row` });
        return;
      }
      this.#options.logger.error({ ...about, pauseMs }, "a worker died and is replaced");
      await sleep(pauseMs);
      if (this.#current.get(number) === worker) await this.#place(number);
    });
  }

  async #collectMetrics(): Promise<readonly string[]> {
    const serving = [...this.#current.values()].filter(({ serves }) => serves);
    const texts = await Promise.all(serving.map((worker) => worker.metrics()));
    return texts.filter((text) => text !== undefined);
  }
}

function failedStart(end: WorkerEnd): WorkersFailure {
  const how = end.signal === null ? `exit code ${end.exitCode}` : String(end.signal);
  return { ...end, message: `a worker did not start: it ended with ${how}` };
}

function killAfter({ noticeMs = 0, deadlineMs = 10_000 }: CloseOptions): number {
  return noticeMs + deadlineMs + KILL_GRACE_MS;
}
