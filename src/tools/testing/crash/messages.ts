import type { JsonValue } from "../../../base/lib/index.ts";

/** Where a server keeps its data. */
export type Place = { readonly databaseUrl: string } | { readonly dataDir: string };

/**
 * From which moment points are counted: the start of the service; the next command, until it is answered; the next command
 * and on from there; at once.
 */
export type CountFrom = "start" | "command" | "storm" | "now";

/** What the parent asks of a server's process. */
export type Order =
  | { readonly kind: "start"; readonly place: Place; readonly mode: "dev" | "serve" }
  /** Count points, and die at the given one. */
  | { readonly kind: "arm"; readonly request: number; readonly from: CountFrom; readonly killAt: number }
  | { readonly kind: "setup"; readonly request: number }
  | { readonly kind: "check"; readonly request: number; readonly world: JsonValue | undefined }
  | {
      readonly kind: "sql";
      readonly request: number;
      readonly text: string;
      readonly values: readonly string[];
    }
  | { readonly kind: "close" };

/** What a server's process reports. */
export type Report =
  | { readonly kind: "loaded" }
  | { readonly kind: "listening"; readonly url: string; readonly points: number }
  /** What was asked for, as JSON. */
  | { readonly kind: "result"; readonly request: number; readonly json: string }
  | { readonly kind: "failed"; readonly request?: number; readonly message: string }
  /** The armed command was answered before its point was reached. */
  | { readonly kind: "survived"; readonly points: number };

/** What setup made. */
export interface SetUp {
  /** API keys by name. */
  readonly keys: Readonly<Record<string, string>>;
  readonly world?: JsonValue;
}

/** What a process was doing when it died. */
export interface DeathNote {
  /** Kind of the point: `continuation`, `database write`, `answer write`, `file write`. */
  readonly point: string;
  /** How many points were counted. */
  readonly count: number;
  /** Calls in flight, as `operation step`. */
  readonly steps: readonly string[];
}
