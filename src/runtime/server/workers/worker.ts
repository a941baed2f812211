import { type ChildProcess, fork } from "node:child_process";
import type { Socket } from "node:net";
import type { CloseOptions } from "../close-options.ts";
import { type SupervisorMessage, WORKER_NUMBER, type WorkerMessage } from "./messages.ts";

/** How a worker came to its end. */
export interface WorkerEnd {
  readonly exitCode: number | null;
  readonly signal: string | null;
  /** What it said before it could serve; undefined where it said nothing. */
  readonly reason?: unknown;
}

/** What a worker's supervisor does for it. */
export interface WorkerEvents {
  /** It asks for the metrics of all. */
  readonly onMetrics: (answer: (texts: readonly string[]) => void) => void;
  /** It died with connections on their way to it; they have not been read. */
  readonly onReturned: (sockets: readonly Socket[]) => void;
}

/** How long a worker may take for its metrics before the others are shown without them. */
const METRICS_TIMEOUT_MS = 1000;

/** One worker process, as its supervisor sees it. */
export class Worker {
  readonly number: number;
  /** Settles once: true when it serves, false when it ended before. */
  readonly ready: Promise<boolean>;
  readonly ended: Promise<WorkerEnd>;
  /** When it began to serve, by performance.now(). */
  servesSince: number | undefined;
  isClosing = false;
  #isTaking = false;
  readonly #process: ChildProcess;
  readonly #metrics = new Map<number, (text: string | undefined) => void>();
  readonly #underWay = new Map<number, Socket>();
  #last = 0;

  constructor(number: number, { onMetrics, onReturned }: WorkerEvents) {
    this.number = number;
    const [script = "", ...args] = process.argv.slice(1);
    this.#process = fork(script, args, {
      env: { ...process.env, [WORKER_NUMBER]: String(number) },
      execArgv: process.execArgv,
    });
    let reason: unknown;
    this.ended = new Promise((resolve) => {
      this.#process.once("exit", (exitCode, signal) => {
        resolve({ exitCode, signal, reason });
        onReturned([...this.#underWay.values()]);
        this.#underWay.clear();
      });
    });
    this.ready = new Promise((resolve) => {
      void this.ended.then(() => resolve(false));
      this.#process.on("message", (message: WorkerMessage) => {
        if (message.kind === "ready") {
          this.servesSince = performance.now();
          this.#isTaking = !this.isClosing;
          resolve(true);
        } else if (message.kind === "failed") reason = message.reason;
        else if (message.kind === "taken") this.#letGo(message.connection);
        else if (message.kind === "own-metrics") this.#metrics.get(message.request)?.(message.text);
        else onMetrics((texts) => this.#tell({ kind: "metrics", request: message.request, texts }));
      });
    });
    // Its end is what counts; a channel that breaks before says nothing more.
    this.#process.on("error", () => {});
  }

  get pid(): number | undefined {
    return this.#process.pid;
  }

  /** Whether connections may be handed to it. */
  get serves(): boolean {
    return this.#isTaking && this.#process.connected;
  }

  /** Hands it a connection. The supervisor holds on to it until the worker says that it has it. */
  take(socket: Socket): void {
    const connection = ++this.#last;
    this.#underWay.set(connection, socket);
    this.#process.send({ kind: "connection", connection }, socket, { keepOpen: true }, () => {});
  }

  /** Its metrics; undefined where it does not answer in time. */
  async metrics(): Promise<string | undefined> {
    const request = ++this.#last;
    let timer: NodeJS.Timeout | undefined;
    const text = await new Promise<string | undefined>((resolve) => {
      timer = setTimeout(resolve, METRICS_TIMEOUT_MS, undefined);
      this.#metrics.set(request, resolve);
      this.#tell({ kind: "own-metrics", request });
    });
    clearTimeout(timer);
    this.#metrics.delete(request);
    return text;
  }

  /** Asks it to finish and end; kills it where it has not after `killAfterMs`. Serves for as long as notice is given. */
  async close(how: CloseOptions, killAfterMs: number): Promise<void> {
    this.isClosing = true;
    this.#tell({ kind: "close", how });
    const stopTaking = () => {
      this.#isTaking = false;
    };
    if (how.noticeMs === undefined || how.noticeMs === 0) stopTaking();
    else setTimeout(stopTaking, how.noticeMs);
    const timer = setTimeout(() => this.kill(), killAfterMs);
    await this.ended;
    clearTimeout(timer);
  }

  kill(): void {
    this.#process.kill("SIGKILL");
  }

  /** Closes this process's copy; the connection stays open in the worker's. */
  #letGo(connection: number): void {
    this.#underWay.get(connection)?.destroy();
    this.#underWay.delete(connection);
  }

  #tell(message: SupervisorMessage): void {
    if (this.#process.connected) this.#process.send(message, () => {});
  }
}
