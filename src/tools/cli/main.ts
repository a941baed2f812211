import { parseArgs } from "node:util";
import type { Command, CommandContext } from "./command.ts";
import { explain, type Failure, usageFailure } from "./failure.ts";
import { COMMON_OPTIONS, commandHelp, mainHelp } from "./help.ts";
import { readOwnPackage } from "./project-files.ts";
import { createTerminal, type Terminal } from "./terminal.ts";

/** Each command is loaded when it is called: a start pays only for what it runs. */
const COMMANDS: Readonly<Record<string, { readonly summary: string; load(): Promise<Command> }>> = {
  init: {
    summary: "Make a new project that runs and passes its own tests",
    load: async () => (await import("./commands/init.ts")).init,
  },
  dev: {
    summary: "Run a service on this machine; restarts when its files change",
    load: async () => (await import("./commands/dev.ts")).dev,
  },
  serve: {
    summary: "Run a service in production, on PostgreSQL",
    load: async () => (await import("./commands/serve.ts")).serve,
  },
  check: {
    summary: "Compile a contract or service and list every mistake",
    load: async () => (await import("./commands/check.ts")).check,
  },
  emit: {
    summary: "Write a contract as OpenAPI, AsyncAPI, .proto, GraphQL, JSON Schema or model",
    load: async () => (await import("./commands/emit.ts")).emit,
  },
  lock: {
    summary: "Keep the protobuf numbers of a contract, for ever",
    load: async () => (await import("./commands/lock.ts")).lock,
  },
  migrate: {
    summary: "Plan, apply and inspect changes of the database",
    load: async () => (await import("./commands/migrate.ts")).migrate,
  },
  crash: {
    summary: "Kill a service again and again; prove that nothing is lost or done twice",
    load: async () => (await import("./commands/crash.ts")).crash,
  },
  keys: {
    summary: "Create, list and revoke API keys",
    load: async () => (await import("./commands/keys.ts")).keys,
  },
};

const cwd = process.cwd();
const argv = process.argv.slice(2);
// Known before the arguments are parsed, so that a mistake in them is reported in the right form too.
const terminal = createTerminal({ json: argv.includes("--json") });
const showStack = argv.includes("--stack") || (process.env.DEBUG ?? "") !== "";

// Whoever reads may have enough, as `head` does: what is left is not written, and that is no error.
for (const stream of [process.stdout, process.stderr]) {
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
  });
}

try {
  await main();
} catch (error) {
  report(explain(error, cwd), error);
}

async function main(): Promise<void> {
  const [name, ...rest] = argv;
  const summaries = Object.entries(COMMANDS).map(([key, { summary }]) => ({ name: key, summary }));
  if (name === "--version" || name === "-v") {
    process.stdout.write(`${readOwnPackage().version}\n`);
    return;
  }
  if (name === undefined || name === "help" || name.startsWith("-")) {
    const known = name === undefined || ["help", "--help", "-h"].includes(name);
    if (!known)
      throw usageFailure(`unknown option ${name}`, "the command comes first: concordat <command> [options]");
    process.stdout.write(`${mainHelp(summaries, readOwnPackage().version, terminal)}\n`);
    return;
  }
  const entry = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (entry === undefined) {
    const guess = Object.keys(COMMANDS).find((known) => known.startsWith(name) || name.startsWith(known));
    throw usageFailure(
      `there is no command ${name}`,
      guess === undefined ? "concordat --help lists them" : `did you mean ${guess}?`,
    );
  }
  const command = await entry.load();
  const context = parse(command, rest, terminal);
  if (context.flag("help") === true) process.stdout.write(`${commandHelp(command, terminal)}\n`);
  else await command.run(context);
}

function parse(command: Command, args: string[], to: Terminal): CommandContext {
  const options: Record<string, { type: "string" | "boolean"; short?: string }> = {
    help: { type: "boolean", short: "h" },
  };
  for (const [name, option] of Object.entries({ ...command.options, ...COMMON_OPTIONS })) {
    options[name] ??= { type: "value" in option ? "string" : "boolean" };
  }
  const { values, positionals } = parseOrExplain(command, args, options);
  const extra = positionals[command.maxArguments];
  if (extra !== undefined)
    throw usageFailure(`${extra} is one argument too many`, `concordat ${command.name} --help`);
  return {
    arguments: positionals,
    option: (name) => {
      const value = values[name];
      return typeof value === "string" ? value : undefined;
    },
    flag: (name) => {
      const value = values[name];
      return typeof value === "boolean" ? value : undefined;
    },
    terminal: to,
    cwd,
    env: process.env,
  };
}

function parseOrExplain(
  command: Command,
  args: string[],
  options: NonNullable<Parameters<typeof parseArgs>[0]>["options"],
) {
  try {
    return parseArgs({ args, options: options ?? {}, allowPositionals: true, allowNegative: true });
  } catch (error) {
    const message = error instanceof Error ? (error.message.split(". ")[0] ?? "") : String(error);
    throw usageFailure(
      message.charAt(0).toLowerCase() + message.slice(1),
      `concordat ${command.name} --help`,
    );
  }
}

/** Prints one failure and sets the exit code. */
function report(failure: Failure, error: unknown): void {
  process.exitCode = failure.exitCode;
  const { report: facts, ...told } = failure;
  terminal.result({ ...facts, ok: false, ...told });
  const { style } = terminal;
  const lines = (failure.mistakes ?? []).map(
    (mistake) =>
      `${style("bold", mistake.place)}\n  expected  ${mistake.expected}\n  found     ${mistake.found}\n  fix       ${mistake.fix}`,
  );
  terminal.warn([...lines, `${style("red", "error")}: ${failure.message}`].join("\n"));
  if (failure.fix !== undefined) terminal.warn(`fix: ${failure.fix}`);
  if (showStack && error instanceof Error) process.stderr.write(`${stackOf(error)}\n`);
}

function stackOf(error: Error): string {
  const cause = error.cause instanceof Error ? `\ncaused by: ${stackOf(error.cause)}` : "";
  return `${error.stack ?? error.message}${cause}`;
}
