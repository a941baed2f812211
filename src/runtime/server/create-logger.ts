import { destination as openDestination, pino, stdSerializers } from "pino";
import { LineBuffer } from "./line-buffer.ts";
import { formatRequestLine, type RequestLine, type RequestLogger } from "./request-line.ts";
import type { LogLevel } from "./start-options.ts";

/** Where log lines go; standard output where it is not given. */
export interface LogDestination {
  write(line: string): void;
}

const STANDARD_OUTPUT = 1;

/**
 * Makes the default logger: one JSON object a line, with the time as RFC 3339. What `err` holds is written with its
 * stack and causes. Lines of one of several workers have its number.
 */
export function createLogger(level: LogLevel, destination?: LogDestination, worker?: number): RequestLogger {
  const options = {
    level,
    base: worker === undefined ? null : { worker },
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    formatters: { level: (label: string) => ({ level: label }) },
    serializers: { err: stdSerializers.errWithCause },
  };
  const lines = destination ?? standardOutput();
  const logger = pino(options, lines);
  const head = worker === undefined ? "" : `"worker":${worker},`;
  const logs = logger.isLevelEnabled("info");
  return Object.assign(logger, {
    request(line: RequestLine) {
      if (!logs) return;
      const text = formatRequestLine(line, head);
      if (lines instanceof LineBuffer) lines.gather(text);
      else lines.write(text);
    },
  });
}

let shared: LineBuffer | undefined;

/** One for the process, so that the lines of several loggers keep their order. */
function standardOutput(): LineBuffer {
  shared ??= new LineBuffer(openDestination({ dest: STANDARD_OUTPUT, sync: true }));
  return shared;
}
