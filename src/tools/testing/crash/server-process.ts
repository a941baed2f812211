import { type ChildProcess, fork } from "node:child_process";
import { readFileSync, rmSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { CountFrom, DeathNote, Order, Report } from "./messages.ts";

/** What was asked of a server's process has not been done: it said why, or it has ended. */
export class ServerFailure extends Error {
  override readonly name = "ServerFailure";
  /** Whether the process is gone. */
  readonly ended: boolean;

  constructor(message: string, options: { readonly ended: boolean }) {
    super(message);
    this.ended = options.ended;
  }
}

/** How a process ended. */
export interface Death {
  /** True for SIGKILL, which is how every planned death looks. */
  readonly killed: boolean;
  readonly note: DeathNote | undefined;
}

/** Options of {@link ServerProcess}. */
export interface ServerProcessOptions {
  readonly planPath: string;
  /** File the process writes its note to. */
  readonly notePath: string;
  /** Folder for compiled code, so that all but the first process start faster. */
  readonly cacheDir: string;
  readonly env: Readonly<Record<string, string>>;
}

type RequestOrder<O = Order> = O extends { readonly request: number } ? Omit<O, "request"> : never;

/** Time for one start, on a machine that is busy with everything else. */
const START_MS = 120_000;
/** Text kept of what a process writes. */
const KEPT_OUTPUT = 8000;

/** One process that serves the plan's service, as its parent sees it. */
export class ServerProcess {
  readonly #child: ChildProcess;
  readonly #notePath: string;
  readonly #pending = new Map<number, PromiseWithResolvers<string>>();
  readonly #listening = Promise.withResolvers<{ readonly url: string; readonly points: number }>();
  #requests = 0;
  #output = "";
  #survived: ((points: number) => void) | undefined;
  /** How it ended; never rejects. */
  readonly ended: Promise<Death>;

  constructor({ planPath, notePath, cacheDir, env }: ServerProcessOptions) {
    this.#notePath = notePath;
    const source = import.meta.url.endsWith(".ts");
    const main = fileURLToPath(new URL(source ? "server-main.ts" : "server-main.js", import.meta.url));
    this.#child = fork(main, [planPath, notePath], {
      // Each process lives for a second or two: V8's better code for WebAssembly would cost more than it gains.
      execArgv: ["--liftoff-only", ...(source ? ["--conditions=source"] : [])],
      stdio: ["ignore", "pipe", "pipe", "ipc"],
      env: { ...process.env, ...env, NODE_COMPILE_CACHE: cacheDir },
    });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.setEncoding("utf8").on("data", (text: string) => {
        this.#output = (this.#output + text).slice(-KEPT_OUTPUT);
      });
    }
    this.#child.on("message", (report: Report) => this.#take(report));
    // A message to a process that has just died; its end is reported by the next event.
    this.#child.on("error", () => {});
    this.ended = new Promise((resolve) => {
      this.#child.once("close", (_code, signal) => {
        const failure = new ServerFailure(`a server's process has ended\n${this.output}`.trim(), {
          ended: true,
        });
        this.#listening.reject(failure);
        for (const { reject } of this.#pending.values()) reject(failure);
        this.#pending.clear();
        resolve({ killed: signal === "SIGKILL", note: this.#readNote() });
      });
    });
    this.#listening.promise.catch(() => {});
  }

  /** The end of what the process has written. */
  get output(): string {
    return this.#output.trimEnd();
  }

  /** Starts the service; resolves when it listens, with the number of points that took. Rejects with ServerFailure. */
  start(
    order: Omit<Extract<Order, { kind: "start" }>, "kind">,
  ): Promise<{ readonly url: string; readonly points: number }> {
    this.#send({ kind: "start", ...order });
    const timer = setTimeout(() => {
      const message = `a server did not listen within ${START_MS / 1000} seconds\n${this.output}`;
      this.#listening.reject(new ServerFailure(message.trim(), { ended: false }));
    }, START_MS);
    return this.#listening.promise.finally(() => clearTimeout(timer));
  }

  /**
   * Tells it when to die and resolves when it knows, or is dead already; `onSurvived` is called where the next command is
   * answered before.
   */
  async arm(from: CountFrom, killAt: number, onSurvived?: (points: number) => void): Promise<void> {
    this.#survived = onSurvived;
    await this.ask({ kind: "arm", from, killAt }).catch(() => {});
  }

  /** Asks for something and resolves with the answer, as JSON. */
  ask(order: RequestOrder): Promise<string> {
    const request = ++this.#requests;
    const waiting = Promise.withResolvers<string>();
    this.#pending.set(request, waiting);
    this.#send({ ...order, request });
    return waiting.promise;
  }

  /** kill -9. */
  kill(): void {
    this.#child.kill("SIGKILL");
  }

  /** Ends it in order; kills it where that takes too long. */
  async close(): Promise<void> {
    this.#send({ kind: "close" });
    const timer = setTimeout(() => this.kill(), 15_000);
    await this.ended;
    clearTimeout(timer);
  }

  #send(order: Order): void {
    if (this.#child.connected) this.#child.send(order, () => {});
  }

  #take(report: Report): void {
    switch (report.kind) {
      case "loaded":
        return;
      case "listening":
        this.#listening.resolve(report);
        return;
      case "survived":
        this.#survived?.(report.points);
        return;
      case "result":
        this.#pending.get(report.request)?.resolve(report.json);
        this.#pending.delete(report.request);
        return;
      case "failed": {
        const failure = new ServerFailure(report.message, { ended: false });
        if (report.request === undefined) this.#listening.reject(failure);
        else this.#pending.get(report.request)?.reject(failure);
      }
    }
  }

  #readNote(): DeathNote | undefined {
    try {
      const note: DeathNote = JSON.parse(readFileSync(this.#notePath, "utf8"));
      return note;
    } catch {
      // Died before it wrote one.
      return undefined;
    } finally {
      rmSync(this.#notePath, { force: true });
    }
  }
}
