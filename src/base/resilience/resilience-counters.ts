import type { ResilienceEvent, ResilienceObserver } from "./observer.ts";

/** How often something happened, ready to be shown as a counter with labels. */
export interface ResilienceCount {
  readonly name: string;
  readonly kind: ResilienceEvent["kind"];
  /** Breaker: the state it went to; refused: who refused; retry-given-up: why. */
  readonly detail: string;
  readonly count: number;
}

/** Counts events, for a metrics page. */
export interface ResilienceCounters {
  /** Hand it to the policies as `observer`. */
  readonly observe: ResilienceObserver;
  read(): readonly ResilienceCount[];
}

/** Makes counters that stand at nothing. There is one for each name, kind and detail, so names must be few. */
export function createResilienceCounters(): ResilienceCounters {
  const counts = new Map<
    string,
    { name: string; kind: ResilienceEvent["kind"]; detail: string; count: number }
  >();
  return {
    observe(event) {
      const { name, kind } = event;
      const detail = detailOf(event);
      const key = JSON.stringify([name, kind, detail]);
      const entry = counts.get(key) ?? { name, kind, detail, count: 0 };
      counts.set(key, entry);
      entry.count++;
    },
    read: () => [...counts.values()].map((entry) => ({ ...entry })),
  };
}

function detailOf(event: ResilienceEvent): string {
  if (event.kind === "breaker") return event.to;
  if (event.kind === "refused") return event.by;
  return event.kind === "retry-given-up" ? event.reason : "";
}
