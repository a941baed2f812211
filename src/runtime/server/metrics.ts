import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";

/** What a server counts, in the text format of Prometheus. */
export interface Metrics {
  /** Counts one request that has ended. `operation` must come from a closed set. */
  observe(operation: string, status: number, durationSeconds: number): void;
  readonly contentType: string;
  text(): Promise<string>;
}

/** Numbers that are read when the metrics are. */
export interface MetricsSources {
  readonly requestsInFlight: () => number;
  readonly connections: () => number;
}

// From a cached answer to the default deadline.
const BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

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
  const requests = new Counter({
    name: "concordat_requests_total",
    help: "Requests answered, by operation and HTTP status; 499: the caller had gone.",
    labelNames: ["operation", "status"],
    registers,
  });
  const durations = new Histogram({
    name: "concordat_request_duration_seconds",
    help: "Time from the end of the headers of a request to the end of its answer.",
    labelNames: ["operation"],
    buckets: BUCKETS,
    registers,
  });
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

  // Children are looked up by a label object, which costs more than all else here; so each is found once.
  const known = new Map<
    string,
    { readonly duration: Histogram.Internal<string>; readonly statuses: Map<number, Counter.Internal> }
  >();
  return {
    observe(operation, status, durationSeconds) {
      let children = known.get(operation);
      if (children === undefined) {
        children = { duration: durations.labels(operation), statuses: new Map() };
        known.set(operation, children);
      }
      let counter = children.statuses.get(status);
      if (counter === undefined) {
        counter = requests.labels(operation, String(status));
        children.statuses.set(status, counter);
      }
      counter.inc();
      children.duration.observe(durationSeconds);
    },
    contentType: all.contentType,
    text: () => all.metrics(),
  };
}
