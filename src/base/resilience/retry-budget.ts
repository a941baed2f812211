import { checkOptions } from "./check-options.ts";

export interface RetryBudgetOptions {
  /** Tokens at the start and at most. Retries stop while half of them or fewer are left. Default 10. */
  readonly maxTokens?: number;
  /** What a success gives back; a failure takes 1. Default 0.1: about one retry to ten successes. */
  readonly tokenRatio?: number;
}

/**
 * Keeps retries to a share of the traffic, so that they do not keep down whom they wait for. One for all calls to the same
 * service. The rule is that of gRPC: https://github.com/grpc/proposal/blob/master/A6-client-retries.md#throttling-retry-attempts-and-hedged-rpcs
 */
export interface RetryBudget {
  /** Whether another try may be made now. */
  allows(): boolean;
  succeeded(): void;
  failed(): void;
  readonly tokens: number;
}

/** Makes a budget that is full. */
export function createRetryBudget(options: RetryBudgetOptions = {}): RetryBudget {
  checkOptions("retry budget", options, {
    maxTokens: { least: 1, most: 1000 },
    tokenRatio: { least: 0, most: 1000 },
  });
  // gRPC's documented example; the halfway mark leaves five failures in a row before retries stop.
  const { maxTokens = 10, tokenRatio = 0.1 } = options;
  let tokens = maxTokens;
  return {
    allows: () => tokens > maxTokens / 2,
    succeeded() {
      tokens = Math.min(tokens + tokenRatio, maxTokens);
    },
    failed() {
      tokens = Math.max(tokens - 1, 0);
    },
    get tokens() {
      return tokens;
    },
  };
}
