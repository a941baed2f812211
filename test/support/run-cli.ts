import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { TestContext } from "node:test";
import { ROOT } from "./source.ts";

/** What a finished command left behind. */
export interface CliResult {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** How a command is run. */
export interface CliOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** Long enough for a start on a busy machine. */
const PATIENCE_MS = 120_000;

const MAIN = join(ROOT, "bin/concordat.js");

/** Runs `concordat` as a user does, in a process of its own, to its end. */
export async function runCli(args: readonly string[], options: CliOptions = {}): Promise<CliResult> {
  const { child, finished } = startCli(args, options);
  const timer = setTimeout(() => child.kill("SIGKILL"), PATIENCE_MS);
  const result = await finished;
  clearTimeout(timer);
  return result;
}

/** A command that runs on. */
export interface RunningCli {
  readonly child: ChildProcess;
  readonly finished: Promise<CliResult>;
  /** Resolves with the match when stdout or stderr has it; rejects when the command ends first. */
  until(pattern: RegExp): Promise<RegExpExecArray>;
  /** Text so far, both streams. */
  text(): string;
}

/** Starts `concordat`; ends it when the test ends, if it has not by then. */
export function startCli(
  args: readonly string[],
  options: CliOptions & { readonly test?: TestContext } = {},
): RunningCli {
  const { DEBUG: _debug, DATABASE_URL: _url, PORT: _port, FORCE_COLOR: _color, ...env } = process.env;
  const child = spawn(process.execPath, [MAIN, ...args], {
    cwd: options.cwd ?? ROOT,
    env: { ...env, ...options.env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const parts = { stdout: "", stderr: "" };
  const listeners = new Set<() => void>();
  for (const name of ["stdout", "stderr"] as const) {
    child[name].setEncoding("utf8").on("data", (text: string) => {
      parts[name] += text;
      for (const listener of listeners) listener();
    });
  }
  const finished = new Promise<CliResult>((resolve) => {
    child.on("close", (exitCode) => resolve({ exitCode, ...parts }));
  });
  options.test?.after(async () => {
    child.kill("SIGKILL");
    await finished;
  });
  const text = () => parts.stdout + parts.stderr;
  return {
    child,
    finished,
    text,
    until: (pattern) =>
      new Promise((resolve, reject) => {
        const fail = (what: string) => reject(new Error(`${what} before ${pattern}: ${text()}`));
        const timer = setTimeout(() => fail(`${PATIENCE_MS} ms passed`), PATIENCE_MS);
        const look = () => {
          const match = pattern.exec(text());
          if (match === null) return;
          listeners.delete(look);
          clearTimeout(timer);
          resolve(match);
        };
        listeners.add(look);
        void finished.then(({ exitCode }) => {
          clearTimeout(timer);
          fail(`ended with ${exitCode}`);
        });
        look();
      }),
  };
}

/** A folder with these files, inside the checkout's reach for `concordat` imports; removed when the test ends. */
export function temporaryProject(test: TestContext, files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), "concordat-cli-"));
  test.after(() => rmSync(folder, { recursive: true, force: true }));
  for (const [name, text] of Object.entries(files)) {
    const path = join(folder, name);
    if (dirname(path) !== folder) throw new Error(`${name}: only flat projects`);
    writeFileSync(path, text);
  }
  return folder;
}
