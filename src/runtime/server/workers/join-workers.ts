import { Socket } from "node:net";
import type { CloseOptions } from "../close-options.ts";
import { mergeMetrics } from "./merge-metrics.ts";
import { type SupervisorMessage, WORKER_NUMBER, type WorkerMessage } from "./messages.ts";
import type { WorkerRole } from "./worker-role.ts";

/** What a worker serves: as much of a running service as is needed here. */
export interface WorkerService {
  close(options?: CloseOptions): Promise<void>;
}

/** Number of this worker, from 1, the same as of the one it replaces; undefined where this process is none. */
export function workerNumber(env: Readonly<Record<string, string | undefined>>): number | undefined {
  const number = Number(env[WORKER_NUMBER]);
  return process.send !== undefined && number > 0 ? number : undefined;
}

/**
 * Starts what this worker serves, says when it is ready, and closes it when told to, or when the supervisor is gone;
 * resolves then. A failure to start is handed to the supervisor. Signals are left to it: it gets them too.
 */
export async function joinWorkers(
  number: number,
  start: (role: WorkerRole) => Promise<WorkerService>,
  explain: (thrown: unknown) => unknown,
): Promise<void> {
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => {});
  const told = new Promise<CloseOptions>((resolve) => {
    process.once("disconnect", () => resolve({}));
    process.on("message", (message: SupervisorMessage) => {
      if (message.kind === "close") resolve(message.how);
    });
  });
  try {
    const running = await start({ number, ...createConnections(), ...createMetricsExchange() });
    tell({ kind: "ready" });
    await running.close(await told);
  } catch (thrown) {
    await new Promise((resolve) => tell({ kind: "failed", reason: explain(thrown) }, resolve));
  }
  if (process.connected) process.disconnect?.();
}

function createConnections(): Pick<WorkerRole, "onConnection"> {
  return {
    onConnection: (take) => {
      process.on("message", (message: SupervisorMessage, socket: unknown) => {
        if (message.kind !== "connection") return;
        tell({ kind: "taken", connection: message.connection });
        // None where the caller went away on the way here.
        if (socket instanceof Socket) take(socket);
      });
    },
  };
}

/** Asks the supervisor for everybody's metrics, and answers it with this worker's own. */
function createMetricsExchange(): Pick<WorkerRole, "collectMetrics"> {
  const waiting = new Map<number, (texts: readonly string[]) => void>();
  let own: (() => Promise<string>) | undefined;
  let last = 0;
  process.on("message", (message: SupervisorMessage) => {
    if (message.kind === "metrics") {
      waiting.get(message.request)?.(message.texts);
      waiting.delete(message.request);
    } else if (message.kind === "own-metrics") {
      const { request } = message;
      // A worker that does not answer is left out.
      void own?.().then(
        (text) => tell({ kind: "own-metrics", request, text }),
        () => {},
      );
    }
  });
  return {
    collectMetrics: (ofThis) => {
      own = ofThis;
      return async () => {
        const request = ++last;
        const texts = await new Promise<readonly string[]>((resolve) => {
          waiting.set(request, resolve);
          tell({ kind: "metrics", request });
        });
        return mergeMetrics(texts);
      };
    },
  };
}

/** A supervisor that is gone hears nothing, and ends this process by that. */
function tell(message: WorkerMessage, done: (sent: unknown) => void = () => {}): void {
  if (process.connected) process.send?.(message, undefined, undefined, done);
  else done(undefined);
}
