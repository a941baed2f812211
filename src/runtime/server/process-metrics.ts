import { collectDefaultMetrics, Gauge, Registry } from "prom-client";

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

/** Makes the metrics of a server that are not counted by request, and those of its process, labelled by its number. */
export function createRegistry(sources: MetricsSources, worker: number | undefined): Registry {
  const ofServer = new Registry();
  const registers = [ofServer];
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
  return all;
}
