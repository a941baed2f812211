// From a cached answer to the default deadline.
const BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** What has been counted of one operation. */
interface Counted {
  /** By HTTP status; of RPCs by both, as the labels have them: `200",grpc_status="NOT_FOUND`. */
  readonly statuses: Map<number | string, number>;
  /** Requests that took at most as long as the bucket and longer than the one before it; the last: longer than all. */
  readonly buckets: number[];
  seconds: number;
}

const REQUESTS = "concordat_requests_total";
const DURATIONS = "concordat_request_duration_seconds";

/**
 * Counts requests by operation and status, and how long they took. Plain numbers, written as Prometheus reads them when
 * it asks: counting through a metrics library costs each request more than routing it.
 */
export class RequestMetrics {
  readonly #operations = new Map<string, Counted>();

  /** Counts one request; `rpcStatus` is that of an RPC, such as `NOT_FOUND`. */
  observe(operation: string, status: number, seconds: number, rpcStatus?: string): void {
    let counted = this.#operations.get(operation);
    if (counted === undefined) {
      counted = { statuses: new Map(), buckets: BUCKETS.map(() => 0).concat(0), seconds: 0 };
      this.#operations.set(operation, counted);
    }
    const label = rpcStatus === undefined ? status : rpcLabel(status, rpcStatus);
    counted.statuses.set(label, (counted.statuses.get(label) ?? 0) + 1);
    let bucket = 0;
    while (bucket < BUCKETS.length && seconds > BUCKETS[bucket]!) bucket++;
    counted.buckets[bucket]!++;
    counted.seconds += seconds;
  }

  /** Writes both metrics in the text format of Prometheus; `labels` are added to each line, such as `worker="1"`. */
  text(labels = ""): string {
    const more = labels === "" ? "" : `,${labels}`;
    const counters: string[] = [];
    const histograms: string[] = [];
    for (const [operation, { statuses, buckets, seconds }] of this.#operations) {
      const name = `operation=${JSON.stringify(operation)}`;
      for (const [status, count] of statuses) {
        counters.push(`${REQUESTS}{${name},status="${status}"${more}} ${count}`);
      }
      let total = 0;
      buckets.forEach((count, at) => {
        total += count;
        histograms.push(`${DURATIONS}_bucket{le="${BUCKETS[at] ?? "+Inf"}",${name}${more}} ${total}`);
      });
      histograms.push(`${DURATIONS}_sum{${name}${more}} ${seconds}`);
      histograms.push(`${DURATIONS}_count{${name}${more}} ${total}`);
    }
    return [
      `# HELP ${REQUESTS} Requests answered, by operation and HTTP status, RPCs also by grpc_status; 499: the caller had gone.`,
      `# TYPE ${REQUESTS} counter`,
      ...counters,
      "",
      `# HELP ${DURATIONS} Time from the end of the headers of a request to the end of its answer.`,
      `# TYPE ${DURATIONS} histogram`,
      ...histograms,
      "",
    ].join("\n");
  }
}

/** Made once for each pair: joining texts for each request would cost more than counting it. */
const rpcLabels = new Map<string, Map<number, string>>();

function rpcLabel(status: number, rpcStatus: string): string {
  let labels = rpcLabels.get(rpcStatus);
  if (labels === undefined) {
    labels = new Map();
    rpcLabels.set(rpcStatus, labels);
  }
  let label = labels.get(status);
  if (label === undefined) {
    label = `${status}",grpc_status="${rpcStatus}`;
    labels.set(status, label);
  }
  return label;
}
