import type { WriteStream } from "node:tty";
import { styleText } from "node:util";

/** Where a command writes: text for people, or one JSON value for programs (`--json`), never both on stdout. */
export interface Terminal {
  /** With `--json`: only {@link Terminal.result} reaches stdout. */
  readonly json: boolean;
  /** A line for people on stdout; nothing with `--json`. */
  print(text?: string): void;
  /** A line for people on stderr; nothing with `--json`. */
  warn(text: string): void;
  /** The command's outcome; written to stdout as one line of JSON with `--json`, not at all without. */
  result(value: object): void;
  /** Colours for a terminal; plain text elsewhere and under NO_COLOR. */
  style(format: Style, text: string): string;
  /** Stream that progress is drawn on. */
  readonly progress: WriteStream | NodeJS.WriteStream;
}

/** Colours and weights in use. */
export type Style = "bold" | "dim" | "green" | "yellow" | "red" | "cyan";

/** Makes the terminal of a process. */
export function createTerminal(options: { readonly json: boolean }): Terminal {
  const { json } = options;
  return {
    json,
    print: (text = "") => {
      if (!json) process.stdout.write(`${text}\n`);
    },
    warn: (text) => {
      if (!json) process.stderr.write(`${text}\n`);
    },
    result: (value) => {
      if (json) process.stdout.write(`${JSON.stringify(value)}\n`);
    },
    style: (format, text) => styleText(format, text, { stream: process.stdout }),
    progress: process.stderr,
  };
}
