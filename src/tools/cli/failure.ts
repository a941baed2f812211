import { relative } from "node:path";
import { fileURLToPath } from "node:url";
import { ApiError, type Mistake, UsageError } from "../../base/errors/index.ts";
import { EXIT } from "./command.ts";

/** A command that could not do its work, in words for its user. */
export interface Failure {
  readonly exitCode: number;
  readonly message: string;
  /** What to do about it. */
  readonly fix?: string;
  /** Mistakes of a contract or service, each with its place. */
  readonly mistakes?: readonly Mistake[];
  /** What was found out all the same; only with `--json`. */
  readonly report?: object;
}

/** Thrown by commands; carries the failure that main.ts prints. */
export class CliFailure extends Error {
  override readonly name = "CliFailure";
  readonly failure: Failure;

  constructor(failure: Failure, options?: { readonly cause?: unknown }) {
    super(failure.message, options);
    this.failure = failure;
  }
}

/** A mistake in the command line. */
export function usageFailure(message: string, fix?: string): CliFailure {
  return new CliFailure({ exitCode: EXIT.usage, message, ...(fix === undefined ? {} : { fix }) });
}

/** Something missing around the command: a database, a port, a folder. */
export function environmentFailure(message: string, fix: string, cause?: unknown): CliFailure {
  return new CliFailure({ exitCode: EXIT.environment, message, fix }, { cause });
}

/** Puts anything thrown into words and an exit code. */
export function explain(thrown: unknown, cwd: string): Failure {
  if (thrown instanceof CliFailure) return thrown.failure;
  if (thrown instanceof UsageError) {
    const count = thrown.mistakes.length;
    return {
      exitCode: thrown.mistakes.every(({ place }) => SURROUNDINGS.test(place))
        ? EXIT.environment
        : EXIT.wrong,
      message: count === 1 ? "1 mistake" : `${count} mistakes`,
      mistakes: thrown.mistakes,
    };
  }
  if (!(thrown instanceof Error)) return { exitCode: EXIT.wrong, message: String(thrown) };
  const system = explainSystemError(thrown);
  if (system !== undefined) return system;
  if (thrown instanceof ApiError && thrown.code === "unavailable") {
    const { cause, message } = thrown;
    if (cause instanceof UsageError) return { exitCode: EXIT.environment, message, mistakes: cause.mistakes };
    const deeper = cause instanceof Error ? explainSystemError(cause) : undefined;
    return deeper ?? { exitCode: EXIT.environment, message };
  }
  const place = placeOf(thrown, cwd);
  return {
    exitCode: EXIT.wrong,
    message: `${place === undefined ? "" : `${place}: `}${thrown.name}: ${thrown.message}`,
    fix: "run it again with --stack to see where it comes from",
  };
}

/** Places of mistakes that are not in the contract or service. */
const SURROUNDINGS = /^(?:port|data folder|option databaseUrl|DATABASE_URL)\b/;

const UNREACHABLE = new Set([
  "ECONNREFUSED",
  "ECONNRESET",
  "ENOTFOUND",
  "EHOSTUNREACH",
  "ETIMEDOUT",
  "EAI_AGAIN",
  "CONNECT_TIMEOUT",
]);

/** What Node.js tells of an error of the operating system, beside the message. */
interface SystemError {
  readonly message: string;
  readonly code?: string;
  readonly path?: string;
  readonly port?: number;
  readonly address?: string;
  readonly hostname?: string;
}

function explainSystemError(error: Error): Failure | undefined {
  const { code, path, port, address, hostname }: SystemError = error;
  const exitCode = EXIT.environment;
  if (code === undefined) return undefined;
  if (code === "EADDRINUSE") {
    return {
      exitCode,
      message: `port ${port} is in use`,
      fix: "stop what listens there, or choose another with --port",
    };
  }
  if (code === "EACCES" && port !== undefined) {
    return {
      exitCode,
      message: `port ${port} may not be used by this user`,
      fix: "choose one above 1023 with --port",
    };
  }
  if (code === "EADDRNOTAVAIL") {
    return {
      exitCode,
      message: `the address ${address} is not one of this machine`,
      fix: "choose another with --host",
    };
  }
  if (UNREACHABLE.has(code)) {
    const where = address ?? hostname;
    return {
      exitCode,
      message: `the database does not answer${where === undefined ? "" : ` at ${where}${port === undefined ? "" : `:${port}`}`} (${code})`,
      fix: "start it, or correct DATABASE_URL",
    };
  }
  if (/^(28|3D)[0-9A-Z]{3}$/.test(code)) {
    return {
      exitCode,
      message: `the database refuses the connection: ${error.message}`,
      fix: "correct DATABASE_URL",
    };
  }
  if (
    ["EACCES", "EEXIST", "EPERM", "EROFS", "ENOSPC", "ENOTDIR", "EISDIR", "ENOENT"].includes(code) &&
    path !== undefined
  ) {
    return {
      exitCode,
      message: `cannot write ${path} (${code})`,
      fix: "make the folder writable, or choose another",
    };
  }
  return undefined;
}

/** Where in the author's files an error was raised: `service.ts:12`; undefined if nowhere there. */
export function placeOf(error: Error, cwd: string): string | undefined {
  const stack = error.stack ?? "";
  const head = /^(?:file:\/\/)?(\/[^\n]*?|[A-Z]:\\[^\n]*?):(\d+)\n/.exec(stack);
  const frames = [...stack.matchAll(/\(?(file:\/\/[^\s)]+?):(\d+):\d+\)?/g)];
  const frame = frames.find(
    (match) => !/\/node_modules\/|\/src\/(?:base|contract|runtime|tools)\/|\/dist\//.test(match[1] ?? ""),
  );
  const [file, line] = head !== null ? [head[1], head[2]] : [frame?.[1], frame?.[2]];
  if (file === undefined) return undefined;
  const path = file.startsWith("file:") ? fileURLToPath(file) : file;
  const short = relative(cwd, path);
  return `${short.startsWith("..") ? path : short}:${line}`;
}
