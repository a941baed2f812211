import type { Socket } from "node:net";

/** What one of several processes on a port has instead of the port. */
export interface WorkerRole {
  /** From 1; names it in logs and metrics. */
  readonly number: number;
  /** Makes the metrics of all from what makes this one's. */
  readonly collectMetrics: (own: () => Promise<string>) => () => Promise<string>;
  /** From now on connections are handed to `take`, unread. */
  readonly onConnection: (take: (socket: Socket) => void) => void;
}
