import { pino, stdSerializers } from "pino";
import type { Logger } from "../engine/index.ts";
import type { LogLevel } from "./start-options.ts";

/** Where log lines go; standard output where it is not given. */
export interface LogDestination {
  write(line: string): void;
}

/**
 * Makes the default logger: one JSON object a line, with the time as RFC 3339. What `err` holds is written with its
 * stack and causes. Lines of one of several workers have its number.
 */
export function createLogger(level: LogLevel, destination?: LogDestination, worker?: number): Logger {
  const options = {
    level,
    base: worker === undefined ? null : { worker },
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    formatters: { level: (label: string) => ({ level: label }) },
    serializers: { err: stdSerializers.errWithCause },
  };
  return destination === undefined ? pino(options) : pino(options, destination);
}
