import type { OperationSpec } from "../language/index.ts";
import type { AccessRule, LongRunningModel } from "./model.ts";
import { isRecord, readOptions } from "./read-options.ts";
import { show } from "./report.ts";
import type { Scope } from "./scope.ts";

/** An hour: what runs longer is better split. */
const DEFAULT_TIMEOUT_MS = 3_600_000;
/** A week. */
const LARGEST_TIMEOUT_MS = 604_800_000;
/** With pauses that double from a second to a minute, some five minutes of outage. */
const DEFAULT_MAX_ATTEMPTS = 10;

/** Where the option stands. */
export interface LongRunningPlace {
  readonly access: readonly AccessRule[];
  readonly place: string;
  readonly scope: Scope;
}

/** Reads the option `longRunning` of a command; undefined where there is none. */
export function compileLongRunning(
  { kind, options: { longRunning } }: OperationSpec,
  { access, place, scope: { report } }: LongRunningPlace,
): LongRunningModel | undefined {
  // Other kinds of operations do not know the option and have reported it.
  if (longRunning === undefined || kind !== "command") return undefined;
  if (longRunning !== true && !isRecord(longRunning)) {
    report({
      place: `${place}, longRunning`,
      expected: "true, or an object of options",
      found: show(longRunning),
      fix: "write longRunning: true, or leave it out",
    });
    return undefined;
  }
  if (access.some((rule) => rule.kind === "anyone")) {
    report({
      place: `${place}, longRunning`,
      expected: "an operation for callers who are signed in: only its caller may ask for it later",
      found: "one that anyone may call",
      fix: "allow signedIn instead of anyone, or leave longRunning out",
    });
  }
  const known = ["timeoutMs", "maxAttempts"];
  const read = readOptions(longRunning === true ? {} : longRunning, `${place}, longRunning.`, {
    known,
    report,
  });
  return {
    timeoutMs: read.integer("timeoutMs", 1, LARGEST_TIMEOUT_MS) ?? DEFAULT_TIMEOUT_MS,
    maxAttempts: read.integer("maxAttempts", 1, 1000) ?? DEFAULT_MAX_ATTEMPTS,
  };
}
