import { type ChildProcess, fork } from "node:child_process";
import { dirname, relative } from "node:path";
import { EXIT } from "../command.ts";
import type { Terminal } from "../terminal.ts";
import { createSourceWatcher } from "./watch.ts";

/** What the process that serves tells the one that watches. */
export type DevMessage = { readonly kind: "folder"; readonly path: string } | { readonly kind: "ready" };

/** Set in the environment of the process that serves. */
export const DEV_CHILD = "CONCORDAT_DEV_CHILD";

/** What {@link supervise} needs. */
export interface SuperviseOptions {
  /** File of the service. */
  readonly path: string;
  readonly cwd: string;
  readonly terminal: Terminal;
}

/**
 * Runs this same command line in a child process that serves, and starts it anew when a source file changes. Resolves
 * with the exit code when the first start fails or a signal has ended the child. A later start that fails is not the
 * end: the next change tries again.
 */
export async function supervise(options: SuperviseOptions): Promise<number> {
  const { path, cwd, terminal } = options;
  let child: ChildProcess | undefined;
  let everReady = false;
  let stopping = false;
  let restarting = false;
  /** A file that changed before the first start was ready; what is served then is already old. */
  let changedEarly: string | undefined;
  let settle: (exitCode: number) => void = () => {};
  const ended = new Promise<number>((resolve) => {
    settle = resolve;
  });

  const start = () => {
    const [script = "", ...args] = process.argv.slice(1);
    const started = fork(script, args, {
      env: { ...process.env, [DEV_CHILD]: "1" },
      execArgv: process.execArgv,
    });
    child = started;
    started.on("message", (message: DevMessage) => {
      if (message.kind === "folder") watcher.add(message.path);
      else if (message.kind === "ready") {
        everReady = true;
        if (changedEarly !== undefined) void restart(changedEarly);
      }
    });
    started.on("exit", (exitCode) => {
      child = undefined;
      if (restarting) return;
      if (stopping || !everReady) settle(stopping ? EXIT.ok : (exitCode ?? EXIT.wrong));
      else terminal.warn("Waiting for a change.");
    });
  };

  const restart = async (changed: string) => {
    if (!everReady) changedEarly = changed;
    if (stopping || restarting || !everReady) return;
    changedEarly = undefined;
    restarting = true;
    terminal.print(`\n${relative(cwd, changed)} changed: starting again`);
    await stop("SIGTERM");
    restarting = false;
    if (!stopping) start();
  };

  const stop = async (signal: NodeJS.Signals) => {
    const running = child;
    if (running === undefined) return;
    const exited = new Promise((resolve) => running.once("exit", resolve));
    running.kill(signal);
    await exited;
  };

  const watcher = createSourceWatcher((changed) => void restart(changed));
  watcher.add(dirname(path));
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.on(signal, () => {
      stopping = true;
      void stop(signal).then(() => settle(EXIT.ok));
    });
  }
  start();
  const exitCode = await ended;
  watcher.close();
  return exitCode;
}
