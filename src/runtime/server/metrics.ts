import type { Registry } from "prom-client";
import type { MetricsSources } from "./process-metrics.ts";
import { RequestMetrics } from "./request-metrics.ts";

/** What a server counts, in the text format of Prometheus. */
export interface Metrics {
  /** Counts one request that has ended. `operation` must come from a closed set. */
  observe(operation: string, status: number, durationSeconds: number, rpcStatus?: string): void;
  readonly contentType: string;
  /** Rejects where the metrics of the process cannot be loaded. */
  text(): Promise<string>;
}

/**
 * Makes the metrics of one server, with those of the process: CPU, memory, garbage collection, event loop lag. Those of the
 * process are loaded and begin to count when metrics are first asked for: nobody sees a rate before that, and a tenth of the
 * start of a large service was spent on them. One of several workers labels all of them with its number: added up, a
 * counter would seem to fall when a worker is replaced.
 */
export function createMetrics(sources: MetricsSources, worker?: number): Metrics {
  const requests = new RequestMetrics();
  let rest: Promise<Registry> | undefined;
  const load = async () => (await import("./process-metrics.ts")).createRegistry(sources, worker);
  return {
    observe: (operation, status, durationSeconds, rpcStatus) =>
      requests.observe(operation, status, durationSeconds, rpcStatus),
    contentType: "text/plain; version=0.0.4; charset=utf-8",
    async text() {
      rest ??= load().catch((error: unknown) => {
        // The next request tries again.
        rest = undefined;
        throw error;
      });
      const own = await rest;
      return `${requests.text(worker === undefined ? "" : `worker="${worker}"`)}\n${await own.metrics()}`;
    },
  };
}
