import type { Logger } from "../engine/index.ts";

/** What the log says of one request. */
export interface RequestLine {
  readonly requestId: string;
  readonly operation: string;
  readonly method: string;
  readonly status: number;
  readonly durationMs: number;
  /** Body bytes sent. */
  readonly bytes: number;
  readonly remoteAddress: string | undefined;
  readonly http: "1.1" | "2";
  readonly traceId: string | undefined;
  /** Of an RPC: `grpc`, `grpc-web` or `connect`, and its status, such as `OK` or `NOT_FOUND`. */
  readonly rpc?: string | undefined;
  readonly rpcStatus?: string | undefined;
}

/** A logger that has a shorter way for the line that every request writes. */
export interface RequestLogger extends Logger {
  /** Writes the line of a request that went well; does the same as `info` with these fields, for less. */
  request(line: RequestLine): void;
}

// Texts that JSON writes as they are.
const PLAIN = /^[\w .:%-]*$/;

/** Writes the line of a request that went well, as JSON; `head` are members before the others, commas included. */
export function formatRequestLine(line: RequestLine, head: string): string {
  const {
    requestId,
    operation,
    method,
    status,
    durationMs,
    bytes,
    remoteAddress,
    http,
    traceId,
    rpc,
    rpcStatus,
  } = line;
  return (
    `{"level":"info","time":"${timeNow()}",${head}"requestId":${quote(requestId)},"operation":${quote(operation)},` +
    `"method":${quote(method)},"status":${status},"durationMs":${durationMs},"bytes":${bytes}` +
    `${remoteAddress === undefined ? "" : `,"remoteAddress":${quote(remoteAddress)}`},"http":"${http}"` +
    `${traceId === undefined ? "" : `,"traceId":${quote(traceId)}`}` +
    `${rpc === undefined ? "" : `,"rpc":${quote(rpc)},"rpcStatus":${quote(rpcStatus ?? "")}`},"msg":"request"}\n`
  );
}

function quote(text: string): string {
  return PLAIN.test(text) ? `"${text}"` : JSON.stringify(text);
}

let lastMs = 0;
let lastTime = "";

/** Under load many lines are written within a millisecond. */
function timeNow(): string {
  const ms = Date.now();
  if (ms !== lastMs) {
    lastMs = ms;
    lastTime = new Date(ms).toISOString();
  }
  return lastTime;
}
