import type { JsonValue } from "../../base/lib/index.ts";
import { Deadline, wait } from "../../base/resilience/index.ts";
import type { OperationOutline, Outline } from "../../contract/model/index.ts";
import { CallError } from "./call-error.ts";
import type { CallOptions } from "./call-options.ts";
import type { ClientCaller } from "./caller.ts";
import { errorDataFromWire, fromWire, WireMisfit } from "./from-wire.ts";

/** Work that a long-running command has begun, and that goes on whether anybody asks for it or not. */
export interface RunningOperation<Result> {
  /** Keep it to ask again after a restart: `resumeOperation`. */
  readonly id: string;
  /** How it stands now. */
  status(options?: CallOptions): Promise<OperationStatus>;
  /** Asks until it has ended; its result, or its error as a CallError (`cancelled` where it was cancelled). */
  wait(options?: WaitOptions): Promise<Result>;
  /** Ends it: nothing that it has not committed takes effect. */
  cancel(options?: CallOptions): Promise<OperationStatus>;
}

/** How far work has come. */
export interface OperationStatus {
  readonly id: string;
  /** The command's id in the contract. */
  readonly name: string;
  readonly status: "running" | "succeeded" | "failed" | "cancelled";
  readonly done: boolean;
  readonly progress?: {
    /** From 0 to 1. */
    readonly fraction?: number;
    readonly done?: number;
    readonly total?: number;
    readonly message?: string;
  };
  readonly createdAt: string;
  readonly updatedAt: string;
}

export interface WaitOptions {
  /** Milliseconds to wait; the work goes on after them. Default: until it has ended. */
  readonly timeoutMs?: number;
  /** Ends the waiting, not the work. */
  readonly signal?: AbortSignal;
  /** Told each time it was asked. */
  readonly onStatus?: (status: OperationStatus) => void;
}

/** An operation's row, as far as waiting for it reads it. */
interface OperationRow extends OperationStatus {
  readonly result?: JsonValue;
  readonly error?: {
    readonly code: string;
    readonly status: number;
    readonly detail: string;
    readonly title: string;
    readonly requestId: string;
    readonly data?: JsonValue;
    readonly errors?: readonly { pointer: string; code: string; message: string }[];
  };
}

/** Pauses between questions: short at first, since much is done soon. */
const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 5000;

/** Makes the handle of work that runs under this id. */
export function createRunningOperation(
  id: string,
  {
    command,
    outline,
    caller,
  }: { readonly command: OperationOutline; readonly outline: Outline; readonly caller: ClientCaller },
): RunningOperation<unknown> {
  const ask = async (name: "get" | "cancel", options: CallOptions): Promise<OperationRow> => {
    const operation = outline.operation(`operation.${name}`);
    if (operation === undefined) return Promise.reject(notOffered(command.id));
    return Object(await caller.call({ operation, options: { ...options, id } }));
  };
  return {
    id,
    status: (options = {}) => ask("get", options),
    cancel: (options = {}) => ask("cancel", options),
    async wait({ timeoutMs, signal, onStatus } = {}) {
      const { scheduler } = caller;
      const deadline = timeoutMs === undefined ? undefined : Deadline.after(timeoutMs, { signal, scheduler });
      const until = deadline?.signal ?? signal;
      try {
        for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
          const row = await ask("get", until === undefined ? {} : { signal: until });
          onStatus?.(row);
          if (row.done) return outcomeOf(row, command, outline);
          await wait(pauseMs, { scheduler, ...(until === undefined ? {} : { signal: until }) });
        }
      } catch (error) {
        if (deadline?.signal.aborted !== true || signal?.aborted === true || error !== deadline.signal.reason)
          throw error;
        const message = `${id} has not ended within ${timeoutMs} ms; it goes on.`;
        throw new CallError("deadline", message, { context: { operation: command.id }, cause: error });
      } finally {
        deadline?.dispose();
      }
    },
  };
}

function outcomeOf(row: OperationRow, command: OperationOutline, outline: Outline): unknown {
  const context = { operation: command.id, requestId: row.error?.requestId };
  if (row.status === "succeeded") {
    try {
      return fromWire(command.output, row.result, outline);
    } catch (error) {
      if (!(error instanceof WireMisfit)) throw error;
      throw new CallError("bad-answer", `The result is not what the contract says: ${error.message}`, {
        context,
        cause: error,
      });
    }
  }
  if (row.error === undefined) {
    throw new CallError("answer", `${row.id} was ${row.status}.`, { code: "cancelled", context });
  }
  const { code, status, detail, title, errors, data } = row.error;
  const field = Object.hasOwn(command.errors, code) ? command.errors[code] : undefined;
  const known = data === undefined || field === undefined ? data : errorDataFromWire(field, data, outline);
  throw new CallError("answer", detail, {
    code,
    status,
    title,
    context,
    ...(errors === undefined ? {} : { violations: errors }),
    ...(typeof known === "object" && known !== null ? { data: Object(known) } : {}),
  });
}

function notOffered(id: string): CallError {
  const message = "The contract offers no operations to ask for.";
  return new CallError("bad-answer", message, { context: { operation: id } });
}
