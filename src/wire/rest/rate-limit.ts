/** How much of a limit is left. */
export interface RateLimit {
  readonly remaining: number;
  /** Seconds until there is more. */
  readonly resetSeconds: number;
}

/**
 * Reads what is left of the tightest limit: from `RateLimit` (draft-ietf-httpapi-ratelimit-headers-10, `"burst";r=5;t=1`), or
 * from `RateLimit-Remaining` and `RateLimit-Reset` (seconds). Undefined where there is neither, or it says nothing usable.
 */
export function parseRateLimit(header: (name: string) => string | null): RateLimit | undefined {
  const limits: RateLimit[] = [];
  // Names are quoted strings, in which commas and semicolons separate nothing.
  for (const [, parameters = ""] of (header("ratelimit") ?? "").matchAll(
    /"(?:[^"\\]|\\.)*"((?:\s*;[^;,"]*)*)/g,
  )) {
    addLimit(limits, parameter(parameters, "r"), parameter(parameters, "t"));
  }
  addLimit(limits, header("ratelimit-remaining"), header("ratelimit-reset"));
  return limits.sort(byTightness)[0];
}

function parameter(parameters: string, name: string): string | null {
  return new RegExp(`;\\s*${name}=(\\d+)\\s*(?:;|$)`).exec(parameters)?.[1] ?? null;
}

function addLimit(limits: RateLimit[], remaining: string | null, reset: string | null): void {
  if (remaining === null || !/^\d{1,15}$/.test(remaining.trim())) return;
  const resetSeconds = reset !== null && /^\d{1,9}$/.test(reset.trim()) ? Number(reset) : 0;
  limits.push({ remaining: Number(remaining), resetSeconds });
}

/** Of limits with as little left, the one that holds longer. */
function byTightness(a: RateLimit, b: RateLimit): number {
  return a.remaining - b.remaining || b.resetSeconds - a.resetSeconds;
}
