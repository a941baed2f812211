import type { CloseOptions } from "../close-options.ts";

/** What a worker tells the process that started it. */
export type WorkerMessage =
  | { readonly kind: "ready" }
  /** A connection has arrived, so that the supervisor's hold on it can go. */
  | { readonly kind: "taken"; readonly connection: number }
  /** It cannot start; the reason is for whoever asked for the workers, and passes through JSON. */
  | { readonly kind: "failed"; readonly reason: unknown }
  /** Asks for the metrics of all workers. */
  | { readonly kind: "metrics"; readonly request: number }
  | { readonly kind: "own-metrics"; readonly request: number; readonly text: string };

/** What a worker is told. */
export type SupervisorMessage =
  /** Comes with a socket that has not been read. */
  | { readonly kind: "connection"; readonly connection: number }
  | { readonly kind: "close"; readonly how: CloseOptions }
  /** Asks for its own metrics. */
  | { readonly kind: "own-metrics"; readonly request: number }
  | { readonly kind: "metrics"; readonly request: number; readonly texts: readonly string[] };

/** Names the worker in its environment: its number, from 1. */
export const WORKER_NUMBER = "CONCORDAT_WORKER";
