import type { Terminal } from "./terminal.ts";

/** Exit codes of every command; documented in docs/guide/cli.md. */
export const EXIT = {
  ok: 0,
  /** The contract or the service is wrong. */
  wrong: 1,
  /** The command line is wrong. */
  usage: 2,
  /** The surroundings are: a database that does not answer, a port that is taken, a folder that cannot be written. */
  environment: 3,
} as const;

/** An option of a command. One with `value` takes a text; one without is a switch. */
export interface OptionHelp {
  /** What stands for its text in help: `<port>`. */
  readonly value?: string;
  readonly description: string;
}

/** One command: what help says of it, and what it does. */
export interface Command {
  readonly name: string;
  /** One line. */
  readonly summary: string;
  /** What follows the name: `<service> [--port <port>]`. */
  readonly usage: string;
  /** How many positional arguments it takes at most. */
  readonly maxArguments: number;
  /** More lines for its own help. */
  readonly details?: string;
  readonly options: Readonly<Record<string, OptionHelp>>;
  /** Command lines that work, each with what it does. */
  readonly examples: readonly (readonly [line: string, does: string])[];
  /** Throws {@link CliFailure}, UsageError or anything else; main.ts turns it into a message and an exit code. */
  run(context: CommandContext): Promise<void>;
}

/** What a command gets: its arguments, where to write, and the surroundings. */
export interface CommandContext {
  /** Positional arguments after the command's name. */
  readonly arguments: readonly string[];
  /** Text of an option; undefined where it was not given. */
  option(name: string): string | undefined;
  /** State of a switch; undefined where it was not given, false for `--no-<name>`. */
  flag(name: string): boolean | undefined;
  readonly terminal: Terminal;
  /** Folder that relative paths start at. */
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}
