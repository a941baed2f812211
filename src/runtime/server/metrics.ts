import { collectDefaultMetrics, Gauge, Registry } from "prom-client";
import { RequestMetrics } from "./request-metrics.ts";

/** What a server counts, in the text format of Prometheus. */
export interface Metrics {
  /** Counts one request that has ended. `operation` must come from a closed set. */
  observe(operation: string, status: number, durationSeconds: number, rpcStatus?: string): void;
  readonly contentType: string;
  text(): Promise<string>;
}

/** Numbers that are read when the metrics are. */
export interface MetricsSources {
  readonly requestsInFlight: () => number;
  readonly connections: () => number;
}

// One for the process, however many servers it runs: it watches the garbage collector and the event loop.
let processRegistry: Registry | undefined;

function ofProcess(): Registry {
  if (processRegistry === undefined) {
    processRegistry = new Registry();
    collectDefaultMetrics({ register: processRegistry });
  }
  return processRegistry;
}

/**
 * Makes the metrics of one server, with those of the process: CPU, memory, garbage collection, event loop lag. One of
 * several workers labels all of them with its number: added up, a counter would seem to fall when a worker is replaced.
 */
export function createMetrics(sources: MetricsSources, worker?: number): Metrics {
  const ofServer = new Registry();
  const registers = [ofServer];
  const requests = new RequestMetrics();
  new Gauge({
    name: "concordat_requests_in_flight",
    help: "Requests now under way.",
    registers,
    collect() {
      this.set(sources.requestsInFlight());
    },
  });
  new Gauge({
    name: "concordat_connections",
    help: "Connections now open.",
    registers,
    collect() {
      this.set(sources.connections());
    },
  });
  const all = Registry.merge([ofServer, ofProcess()]);
  if (worker !== undefined) all.setDefaultLabels({ worker: String(worker) });

  return {
    observe: (operation, status, durationSeconds, rpcStatus) =>
      requests.observe(operation, status, durationSeconds, rpcStatus),
    contentType: all.contentType,
    text: async () =>
      `${requests.text(worker === undefined ? "" : `worker="${worker}"`)}\n${await all.metrics()}`,
  };
}
