import type { Command } from "./command.ts";
import type { Terminal } from "./terminal.ts";

/** Options that every command takes. */
export const COMMON_OPTIONS = {
  json: { description: "Write one JSON value to stdout instead of text" },
  stack: { description: "Show the stack trace of an error (also with DEBUG set)" },
  help: { description: "Show this help" },
} as const;

/** Help of the program: its commands. */
export function mainHelp(
  commands: readonly Pick<Command, "name" | "summary">[],
  version: string,
  terminal: Terminal,
): string {
  const bold = (text: string) => terminal.style("bold", text);
  return [
    `concordat ${version}: one contract, every protocol`,
    "",
    bold("Usage"),
    "  concordat <command> [arguments] [options]",
    "",
    bold("Commands"),
    ...table(commands.map((command) => [command.name, command.summary])),
    "",
    bold("Options of every command"),
    ...table(Object.entries(COMMON_OPTIONS).map(([name, option]) => [`--${name}`, option.description])),
    "",
    bold("Exit codes"),
    ...table([
      ["0", "done"],
      ["1", "the contract or the service is wrong"],
      ["2", "the command line is wrong"],
      ["3", "the surroundings are: database, port, folder"],
    ]),
    "",
    "`concordat <command> --help` tells more, with examples.",
  ].join("\n");
}

/** Help of one command. */
export function commandHelp(command: Command, terminal: Terminal): string {
  const bold = (text: string) => terminal.style("bold", text);
  const options = { ...command.options, ...COMMON_OPTIONS };
  return [
    command.summary,
    "",
    bold("Usage"),
    `  concordat ${command.name} ${command.usage}`,
    ...(command.details === undefined ? [] : ["", command.details]),
    "",
    bold("Options"),
    ...table(
      Object.entries(options).map(([name, option]) => [
        `--${name}${"value" in option ? ` <${option.value}>` : ""}`,
        option.description,
      ]),
    ),
    "",
    bold("Examples"),
    ...table(command.examples),
  ].join("\n");
}

function table(rows: readonly (readonly [string, string])[]): string[] {
  const width = Math.max(...rows.map(([left]) => left.length));
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`);
}
