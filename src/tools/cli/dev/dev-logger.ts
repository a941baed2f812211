import { inspect } from "node:util";
import type { Logger } from "../../../runtime/engine/index.ts";
import type { Terminal } from "../terminal.ts";

/** Lines that are about the machinery; what they say is printed by `concordat dev` itself. */
const QUIET = new Set(["listening", "closed"]);

/** A logger for a person at a terminal: a short line per request, warnings and errors with their causes. */
export function createDevLogger(terminal: Terminal): Logger {
  const text = (fields: object, message: string) => requestLine(fields) ?? describe(fields, message);
  const cause = (fields: object) =>
    "err" in fields && fields.err !== undefined ? `\n${inspect(fields.err)}` : "";
  return {
    info: (fields, message) => {
      if (!QUIET.has(message)) terminal.print(terminal.style("dim", text(fields, message)));
    },
    warn: (fields, message) => terminal.warn(terminal.style("yellow", text(fields, message)) + cause(fields)),
    error: (fields, message) => terminal.warn(terminal.style("red", text(fields, message)) + cause(fields)),
  };
}

interface RequestFields {
  readonly method?: unknown;
  readonly operation?: unknown;
  readonly status?: unknown;
  readonly durationMs?: unknown;
}

/** `GET provider.list 200 3 ms`; undefined for a line that is not about a request. */
function requestLine(fields: object): string | undefined {
  const { method, operation, status, durationMs }: RequestFields = fields;
  if (typeof method !== "string" || typeof status !== "number" || typeof durationMs !== "number")
    return undefined;
  return `${method} ${operation} ${status} ${Math.ceil(durationMs)} ms`;
}

function describe(fields: object, message: string): string {
  const known = Object.entries(fields).filter(([name, value]) => name !== "err" && value !== undefined);
  return [
    message,
    ...known.map(([name, value]) => `${name}=${typeof value === "string" ? value : inspect(value)}`),
  ].join(" ");
}
