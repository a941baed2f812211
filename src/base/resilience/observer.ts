/** What a policy did. `name` is the one that its options give; `error` is what led to it. */
export type ResilienceEvent =
  | {
      /** A try failed and another one follows after `delayMs`. `attempt` counts from 1. */
      readonly kind: "retry";
      readonly name: string;
      readonly attempt: number;
      readonly delayMs: number;
      readonly error: unknown;
    }
  | {
      /** A try failed, another one might help, and there is none: why. */
      readonly kind: "retry-given-up";
      readonly name: string;
      readonly attempt: number;
      readonly reason: "attempts" | "budget" | "deadline" | "unsafe";
      readonly error: unknown;
    }
  | {
      readonly kind: "breaker";
      readonly name: string;
      readonly from: BreakerState;
      readonly to: BreakerState;
    }
  | {
      /** A call was refused without being tried. */
      readonly kind: "refused";
      readonly name: string;
      readonly by: "breaker" | "bulkhead";
    }
  | { readonly kind: "queued"; readonly name: string; readonly waiting: number }
  | { readonly kind: "hedge"; readonly name: string; readonly attempt: number }
  | { readonly kind: "hedge-won"; readonly name: string; readonly attempt: number }
  | { readonly kind: "fallback"; readonly name: string; readonly error: unknown };

/** `closed`: calls go through; `open`: they are refused; `half-open`: a few are let through to see. */
export type BreakerState = "closed" | "open" | "half-open";

/** Told of everything that a policy does. What it throws is dropped: watching must not change what is watched. */
export type ResilienceObserver = (event: ResilienceEvent) => void;

/** What all policies may be told. */
export interface ObservedOptions {
  /** Names the policy in events and errors. */
  readonly name?: string;
  readonly observer?: ResilienceObserver;
}

/** Tells the observer, if there is one. */
export function notify<Event>(observer: ((event: Event) => void) | undefined, event: Event): void {
  try {
    observer?.(event);
  } catch {
    // See ResilienceObserver.
  }
}
